from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = "Editing"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from editorial.feedback import Feedback
        from editorial.feedback_reports import ReadersWriteIt
        from editorial.named_errors import name_fields
        from editorial.workflow import ask_for_reasons

        name_fields()
        ask_for_reasons()
        register_permission_policy(Feedback, ReadersWriteIt(Feedback))
