from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"
    verbose_name = "Best practice"

    def ready(self) -> None:
        import organisations.mentions
        from core.models import SiteDocument
        from practice import mentions
        from practice.csv_facts import facts_of_contracts, facts_of_notes
        from practice.models import PracticeNotePage, TemplateContractPage
        from search import csv_facts, signals

        csv_facts.provide(PracticeNotePage, facts_of_notes)
        csv_facts.provide(TemplateContractPage, facts_of_contracts)
        organisations.mentions.provide(mentions.mentions, mentions.mentioned)
        # Whether a template contract is here is in its entry; a document that is deleted saves no page.
        signals.watch(SiteDocument, ())
