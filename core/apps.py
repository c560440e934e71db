from http import HTTPMethod

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Site"

    def ready(self) -> None:
        from django.core.checks import register as register_check
        from wagtail.models import Page

        from core.block_validation import check_one_at_a_time
        from core.date_fields import read_british_dates
        from core.exports import guard_exports
        from core.findable import FindablePages, check_findable
        from core.form_validation import refuse_forged
        from core.whole_numbers import type_whole_numbers
        from search.sources import register

        register(FindablePages())
        register_check(check_findable)
        # Nothing is sent to a page of ours: forms have URLs of their own. Wagtail would list every method for OPTIONS.
        Page.allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
        refuse_forged()
        guard_exports()
        read_british_dates()
        type_whole_numbers()
        check_one_at_a_time()
