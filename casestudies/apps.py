from django.apps import AppConfig


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = "Case studies"

    def ready(self) -> None:
        import organisations.mentions
        from casestudies import bands, mentions, vocabulary
        from casestudies.csv_facts import facts_of
        from casestudies.models import CaseStudyPage
        from search import csv_facts, facets

        csv_facts.provide(CaseStudyPage, facts_of)
        facets.provide(bands.values)
        facets.provide(vocabulary.places)
        organisations.mentions.provide(mentions.mentions, mentions.mentioned)
