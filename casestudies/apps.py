from django.apps import AppConfig


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = "Case studies"

    def ready(self) -> None:
        import organisations.mentions
        from casestudies import bands, contact_relay, mentions, vocabulary
        from search import facets

        facets.provide(bands.values)
        facets.provide(vocabulary.places)
        organisations.mentions.provide(mentions.mentions, mentions.mentioned)
        contact_relay.register()
