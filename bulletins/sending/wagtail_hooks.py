"""What sending adds to the admin. bulletins/wagtail_hooks.py imports it: Wagtail looks there."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page

from bulletins.permissions import SEND
from bulletins.sending import admin_views as views
from bulletins.sending.bounce_admin import BouncesView
from bulletins.sending.models import Sending
from bulletins.sending.report import SendingsReport
from bulletins.sending.statistics import ACTS

State = Sending.State


@hooks.register("register_admin_urls")
def register_sending_views() -> list[URLPattern]:
    return [
        path("bulletins/<int:pk>/send/", views.SendView.as_view(), name="bulletin_send"),
        path("bulletins/<int:pk>/send/progress/", views.ProgressView.as_view(), name="bulletin_progress"),
        path("bulletins/<int:pk>/send/cancel/", views.CancelView.as_view(), name="bulletin_cancel"),
        path("bulletins/<int:pk>/send/pause/", views.PauseView.as_view(), name="bulletin_pause"),
        path("bulletins/<int:pk>/send/resume/", views.ResumeView.as_view(), name="bulletin_resume"),
        path("bulletins/<int:pk>/send/export/", views.ExportView.as_view(), name="bulletin_deliveries_export"),
        path("bulletins/<int:pk>/send/list/<slug:kind>/", views.DeliveriesView.as_view(), name="bulletin_deliveries"),
        path("readers/bounces/", BouncesView.as_view(), name="bulletin_bounces"),
        path("reports/bulletins/", SendingsReport.as_view(), name="bulletins_report"),
        path("reports/bulletins/results/", SendingsReport.as_view(results_only=True), name="bulletins_report_results"),
    ]


class SendersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SEND))


@hooks.register("register_reports_menu_item")
def register_sendings_menu_item() -> MenuItem:
    return SendersMenuItem(
        "E-bulletins sent", reverse("bulletins_report"), name="bulletins-sent", icon_name="mail", order=620
    )


@hooks.register("register_log_actions")
def register_acts(actions: LogActionRegistry) -> None:
    for act, words in ACTS.items():
        actions.register_action(f"bulletins.{act}")(_formatter(words))


def _formatter(words: str) -> type[LogFormatter]:
    class Formatter(LogFormatter):
        label = words

        def format_message(self, entry: Any) -> str:
            at = (entry.data or {}).get("at")
            return f"{words}, to begin on {at}" if at else words

    return Formatter


@hooks.register("before_delete_page")
def keep_what_is_going_out(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An issue that was sent may be deleted, for its figures stay in the report; not one that is going out."""
    return _refused(request, [page])


@hooks.register("before_bulk_action")
def keep_all_that_are_going_out(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    pages = [one for one in objects if isinstance(one, Page)] if action_type == "delete" else []
    return _refused(request, pages)


def _refused(request: HttpRequest, pages: list[Page]) -> HttpResponse | None:
    going = Sending.objects.filter(state__in=(State.SCHEDULED, State.SENDING))
    for page in pages:
        held = going.filter(page__path__startswith=page.path).first()
        if held:
            said = f"“{held.title}” is going out to its readers, so it cannot be deleted now. "
            messages.error(request, said + "Cancel or pause its sending, or wait until it is sent.")
            return redirect("bulletin_send", held.page_id)
    return None
