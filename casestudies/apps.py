from django.apps import AppConfig


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = "Case studies"

    def ready(self) -> None:
        from casestudies.models import Organisation
        from search import signals

        signals.watch(Organisation, ("name", "organisation_type"))
