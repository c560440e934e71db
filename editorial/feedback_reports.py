"""What readers said of pages: counts a page, and the lines that they added."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy

from editorial.content_list import DayColumn
from editorial.feedback import Feedback, with_counts
from editorial.reports import edit_url


class ReadersWriteIt(ModelPermissionPolicy):
    """Feedback is read and deleted in the admin, never written there."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "delete") and super().user_has_permission(user, action)


def lines_url(page: Page) -> str:
    return f"{reverse('feedback:index')}?{urlencode({'page': page.pk})}" if page.lines else ""


class UsefulReport(ReportView):
    page_title = "Was this useful?"
    header_icon = "comment"
    model = Page
    any_permission_required = ("add", "change", "publish")
    index_url_name = "useful_report"
    index_results_url_name = "useful_report_results"
    results_template_name = "editorial/admin/feedback_results.html"
    default_ordering = "-no"
    columns = [
        TitleColumn("title", label="Title", accessor="title", get_url=edit_url, sort_key="title"),
        Column("kind", label="Kind", accessor="page_type_display_name", sort_key="content_type__model"),
        Column("yes", label="Yes", sort_key="yes"),
        Column("no", label="No", sort_key="no"),
        TitleColumn("lines", label="Lines", accessor="lines", get_url=lines_url, sort_key="lines"),
    ]
    list_export = ["title", "page_type_display_name", "yes", "no", "lines"]
    export_headings = {
        "title": "Title",
        "page_type_display_name": "Kind",
        "yes": "Yes",
        "no": "No",
        "lines": "Lines",
    }

    def get_filename(self) -> str:
        return "was-this-useful"

    def get_base_queryset(self) -> QuerySet[Page]:
        mine = self.permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return with_counts(mine)

    def order_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        return queryset.order_by(self.ordering, "pk")


class FeedbackFilterSet(WagtailFilterSet):
    # By its number in a hidden field: the report's links set it, and "Clear" takes it away.
    page = django_filters.NumberFilter(field_name="page_id", widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    useful = django_filters.ChoiceFilter(
        label="Useful", choices=[("True", "Yes"), ("False", "No")], empty_label="Both", widget=forms.RadioSelect
    )

    class Meta:
        model = Feedback
        fields: list[str] = []


class LinesView(generic.IndexView):
    page_title = "Lines to the editors"
    any_permission_required = ["view", "delete"]

    def get_base_queryset(self) -> QuerySet[Feedback]:
        return super().get_base_queryset().exclude(line="").select_related("page")


class FeedbackViewSet(ModelViewSet):
    """The lines, newest first; one that names somebody can be deleted, and its answer with it."""

    model = Feedback
    name = "feedback"
    url_prefix = "feedback"
    icon = "comment"
    list_per_page = 50
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = LinesView
    filterset_class = FeedbackFilterSet
    form_fields = ["line"]
    ordering = ["-day", "-pk"]
    list_display = [
        "line",  # by its name: so Wagtail puts beside it what may be done with it
        Column("useful", label="Useful", accessor=lambda row: "yes" if row.useful else "no"),
        Column("page", label="Page", accessor="page.title"),
        DayColumn("day", label="Day"),
    ]
