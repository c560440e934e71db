from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CopSiteConfig(AppConfig):
    name = "cop_site"

    def ready(self) -> None:
        from wagtail.sites import views

        from cop_site.checks import register_checks
        from cop_site.site import align_site
        from cop_site.site_form import OneSiteForm

        register_checks()
        views.SiteForm = OneSiteForm
        post_migrate.connect(lambda **kwargs: align_site(), sender=self, weak=False)
