"""What an administrator sees of the mails that go out one by one: what became of each, and why one did not go."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView

from mail import kinds, queue, tasks
from mail.models import OutgoingMail

VIEW, CHANGE = "mail.view_outgoingmail", "mail.change_outgoingmail"
State = OutgoingMail.State


def can_go_again(mail: OutgoingMail) -> bool:
    return mail.state in (State.FAILED, State.SUPPRESSED) and bool(mail.recipient)


def again_url(mail: OutgoingMail) -> str:
    return reverse("mail_again", args=[mail.pk]) if can_go_again(mail) else ""


class MailFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(choices=State, empty_label="All", widget=forms.RadioSelect)

    class Meta:
        model = OutgoingMail
        fields: list[str] = []


class MailsReport(ReportView):
    """The last days' mails, without their text. Whom a mail is for is known only until it is sent."""

    page_title = "Outgoing emails"
    header_icon = "mail"
    model = OutgoingMail
    any_permission_required = ("view", "change")
    index_url_name = "mails_report"
    index_results_url_name = "mails_report_results"
    results_template_name = "mail/admin/report_results.html"
    filterset_class = MailFilterSet
    default_ordering = "-created_at"
    columns = [
        TitleColumn(
            "kind", label="Email", accessor=lambda mail: kinds.label(mail.kind), get_url=again_url, sort_key="kind"
        ),
        Column("recipient", label="To", accessor="recipient"),
        Column("state", label="State", accessor="get_state_display", sort_key="state"),
        Column("problem", label="Problem", accessor="problem"),
        Column("attempts", label="Tries", accessor="attempts"),
        DateColumn("created_at", label="Asked for", sort_key="created_at"),
    ]
    list_export = ["kind", "state", "problem", "attempts", "created_at"]
    export_headings = {
        "kind": "Email",
        "state": "State",
        "problem": "Problem",
        "attempts": "Tries",
        "created_at": "Asked for",
    }

    def user_has_any_permission(self, permissions: Any) -> bool:
        return bool(self.request.user.has_perm(VIEW))

    def get_filename(self) -> str:
        return f"outgoing-emails-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[OutgoingMail]:
        return OutgoingMail.objects.all()

    def order_queryset(self, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        return queryset.order_by(self.ordering, "-pk")


class AgainView(WagtailAdminTemplateMixin, View):
    """Sends a mail once more that was not sent, after a yes."""

    page_title = "Send again"
    header_icon = "mail"
    template_name = "mail/admin/again.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        self.mail = get_object_or_404(OutgoingMail, pk=kwargs["pk"])
        if not can_go_again(self.mail):
            messages.warning(
                request, f"Nothing was changed. The state of this email is: {self.mail.get_state_display()}."
            )
            return redirect("mails_report")
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        report = {"url": reverse("mails_report"), "label": "Outgoing emails"}
        return [*self.breadcrumbs_items, report, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(mail=self.mail, label=kinds.label(self.mail.kind), media=forms.Media())
        return self.render_to_response(context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if queue.again(self.mail):
            tasks.wake()
            messages.success(request, "The email will be sent again.")
        else:
            messages.error(request, "Nothing was changed. Somebody else has already sent it again.")
        return redirect("mails_report")
