from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Best practice"

    def ready(self) -> None:
        from core.models import SiteDocument
        from search import signals

        # Whether a template contract is here is in its entry; a document that is deleted saves no page.
        signals.watch(SiteDocument, ())
