from http import HTTPMethod

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HomeConfig(AppConfig):
    name = "home"

    def ready(self) -> None:
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy

        from home import reminders
        from home.block_validation import check_one_at_a_time
        from home.date_fields import read_british_dates
        from home.exports import guard_exports
        from home.forged import refuse_forged
        from home.glossary import reindex
        from home.named_errors import name_fields
        from home.useful import Feedback
        from home.useful_reports import ReadersWriteIt
        from home.whole_numbers import type_whole_numbers
        from home.workflow import ask_for_reasons
        from taxonomy.glossary import GlossaryEntry

        # Nothing is sent to a page of ours: forms have URLs of their own. Wagtail would list every method for OPTIONS.
        Page.allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
        post_save.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_saved")
        post_delete.connect(reindex, sender=GlossaryEntry, dispatch_uid="home_glossary_deleted")
        reminders.register()
        refuse_forged()
        guard_exports()
        read_british_dates()
        type_whole_numbers()
        check_one_at_a_time()
        name_fields()
        ask_for_reasons()
        register_permission_policy(Feedback, ReadersWriteIt(Feedback))
