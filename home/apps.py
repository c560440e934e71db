from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from home.glossary import reindex
        from taxonomy.glossary import GlossaryEntry

        post_save.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_saved")
        post_delete.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_deleted")
