from django.apps import AppConfig
from django.core import checks


class TaxonomyConfig(AppConfig):
    name = "taxonomy"

    def ready(self) -> None:
        from search import facets, signals, synonyms
        from taxonomy.drafts import check_page_types
        from taxonomy.models import CuratedTag, Term
        from taxonomy.vocabulary import glossary_synonyms, search_aliases, search_synonyms, search_values

        checks.register(check_page_types)
        facets.provide(search_values)
        facets.provide_aliases(search_aliases)
        synonyms.provide("taxonomy", search_synonyms)
        synonyms.provide("glossary", glossary_synonyms)
        signals.watch(Term, ("label", "slug", "parent", "synonyms"))
        signals.watch(CuratedTag, ("name", "slug"))
