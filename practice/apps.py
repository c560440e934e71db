from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Best practice"

    def ready(self) -> None:
        import organisations.mentions
        from core.models import SiteDocument
        from practice import mentions
        from search import signals

        organisations.mentions.provide(mentions.mentions, mentions.mentioned)
        # Whether a template contract is here is in its entry; a document that is deleted saves no page.
        signals.watch(SiteDocument, ())
