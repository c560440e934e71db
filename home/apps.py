from http import HTTPMethod

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from core.block_validation import check_one_at_a_time
        from core.date_fields import read_british_dates
        from core.exports import guard_exports
        from core.form_validation import refuse_forged
        from core.whole_numbers import type_whole_numbers
        from editorial.feedback import Feedback
        from editorial.feedback_reports import ReadersWriteIt
        from editorial.named_errors import name_fields
        from editorial.workflow import ask_for_reasons
        from home.glossary import reindex
        from mail.headers import fold_with_names
        from taxonomy.glossary import GlossaryEntry

        # Nothing is sent to a page of ours: forms have URLs of their own. Wagtail would list every method for OPTIONS.
        Page.allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
        post_save.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_saved")
        post_delete.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_deleted")
        fold_with_names()
        refuse_forged()
        guard_exports()
        read_british_dates()
        type_whole_numbers()
        check_one_at_a_time()
        name_fields()
        ask_for_reasons()
        register_permission_policy(Feedback, ReadersWriteIt(Feedback))
