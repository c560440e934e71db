from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "taxonomy"

    def ready(self) -> None:
        from search import facets, signals
        from taxonomy.models import CuratedTag, Term
        from taxonomy.vocabulary import search_values

        facets.provide(search_values)
        signals.watch(Term, ("label", "slug", "parent", "synonyms"))
        signals.watch(CuratedTag, ("name", "slug"))
