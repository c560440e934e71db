from django.apps import AppConfig
from django.core import checks


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations.drafts import check_page_types
        from organisations.models import Organisation
        from organisations.names import search_aliases, search_synonyms, search_values
        from search import facets, signals, synonyms

        checks.register(check_page_types)
        facets.provide(search_values)
        facets.provide_aliases(search_aliases)
        synonyms.provide("organisations", search_synonyms)
        signals.watch(Organisation, ("name", "organisation_type", "merged_into"))
