from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations.models import Organisation
        from search import signals

        signals.watch(Organisation, ("name", "organisation_type"))
