from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations.models import Organisation
        from organisations.names import search_aliases, search_synonyms
        from search import facets, signals, synonyms

        facets.provide_aliases(search_aliases)
        synonyms.provide("organisations", search_synonyms)
        signals.watch(Organisation, ("name", "organisation_type", "merged_into"))
