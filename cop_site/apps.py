from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CopSiteConfig(AppConfig):
    name = "cop_site"

    def ready(self) -> None:
        from wagtail.sites import views

        from cop_site.checks import register_checks
        from cop_site.site_form import OneSiteForm

        register_checks()
        views.SiteForm = OneSiteForm
        post_migrate.connect(_align_site, sender=self)


def _align_site(**kwargs: Any) -> None:
    from cop_site.site import align_site

    align_site()
