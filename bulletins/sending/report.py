"""The report of all issues that went out, side by side."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.reports import ReportView

from bulletins.permissions import SEND
from bulletins.sending.models import Sending
from bulletins.sending.statistics import KINDS, figures

SHOWN = [name for name in KINDS if name != "queued"]
NUMBERS = {
    "readers": "Readers",
    **{f"found.{name}": KINDS[name][0].split(":")[0] for name in SHOWN},
    "found.visits": "Visits",
}


def send_url(sending: Sending) -> str:
    return reverse("bulletin_send", args=[sending.page_id]) if sending.page_id else ""


class SendingsReport(ReportView):
    page_title = "E-bulletins sent"
    header_icon = "mail"
    model = Sending
    any_permission_required = (SEND,)
    index_url_name = "bulletins_report"
    index_results_url_name = "bulletins_report_results"
    results_template_name = "bulletins/admin/report_results.html"
    default_ordering = "-started_at"
    columns = [
        TitleColumn("title", label="Issue", accessor="title", get_url=send_url),
        Column("state", label="State", accessor="get_state_display", sort_key="state"),
        DateColumn("started_at", label="Started", sort_key="started_at"),
        *(Column(name, label=label, accessor=name) for name, label in NUMBERS.items()),
    ]
    list_export = ["title", "state", "started_at", *NUMBERS]
    export_headings = {"title": "Issue", "state": "State", "started_at": "Started", **NUMBERS}

    def user_has_any_permission(self, permissions: Any) -> bool:
        return bool(self.request.user.has_perm(SEND))

    def get_filename(self) -> str:
        return f"e-bulletins-sent-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Sending]:
        return Sending.objects.all()

    def order_queryset(self, queryset: QuerySet[Sending]) -> QuerySet[Sending]:
        return queryset.order_by(self.ordering, "-pk")

    def decorate_paginated_queryset(self, object_list: QuerySet[Sending]) -> QuerySet[Sending]:
        found = figures(object_list)
        for sending in object_list:
            sending.found = found[sending.pk]  # type: ignore[attr-defined]
        return object_list
