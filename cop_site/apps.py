from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CopSiteConfig(AppConfig):
    name = "cop_site"

    def ready(self) -> None:
        from cop_site.site import align_site

        post_migrate.connect(lambda **kwargs: align_site(), sender=self, weak=False)
