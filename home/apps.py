from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from home.forged import refuse_forged
        from home.glossary import reindex
        from home.useful import Feedback
        from home.useful_reports import ReadersWriteIt
        from home.workflow import ask_for_reasons
        from taxonomy.glossary import GlossaryEntry

        post_save.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_saved")
        post_delete.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_deleted")
        refuse_forged()
        ask_for_reasons()
        register_permission_policy(Feedback, ReadersWriteIt(Feedback))
