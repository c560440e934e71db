"""The report of content past its review date, and the panel on the dashboard for those who look after it."""

import datetime
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import Page

from editorial.review import SOON, due, reviewed_models

NOBODY = "nobody"
ON_DASHBOARD = 10


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def when(due_on: datetime.date) -> str:
    """How long ago or from now a review is due, in words."""
    days = (timezone.localdate() - due_on).days
    if days == 0:
        return "due today"
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{count} overdue" if days > 0 else f"due in {count}"


def _owners() -> list[tuple[str, str]]:
    ids = {pk for kind in reviewed_models() for pk in kind.objects.values_list("review_owner_id", flat=True).distinct()}
    people = get_user_model().objects.filter(pk__in=ids - {None}).order_by("last_name", "first_name", "email")
    return [(NOBODY, "Nobody"), *((str(person.pk), str(person)) for person in people)]


class ReviewFilterSet(WagtailFilterSet):
    due = django_filters.ChoiceFilter(
        label="Review",
        method="filter_due",
        choices=[("overdue", "Past its date"), ("soon", "Due within 30 days")],
        empty_label="Both",
        widget=forms.RadioSelect,
    )
    owner = django_filters.ChoiceFilter(
        label="Owner", method="filter_owner", choices=_owners, empty_label="Anybody", widget=forms.RadioSelect
    )

    class Meta:
        model = Page
        fields: list[str] = []

    def filter_due(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        today = timezone.localdate()
        return pages.filter(due_on__lt=today) if value == "overdue" else pages.filter(due_on__gte=today)

    def filter_owner(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        return pages.filter(reviewer_id__isnull=True) if value == NOBODY else pages.filter(reviewer_id=value)


class ReviewsReport(ReportView):
    page_title = "Reviews"
    header_icon = "calendar-check"
    model = Page
    any_permission_required = ("add", "change", "publish")
    index_url_name = "reviews_report"
    index_results_url_name = "reviews_report_results"
    results_template_name = "editorial/admin/reviews_results.html"
    filterset_class = ReviewFilterSet
    default_ordering = "due_on"
    columns = [
        TitleColumn("title", label="Title", accessor="title", get_url=edit_url, sort_key="title"),
        Column("kind", label="Kind", accessor="page_type_display_name", sort_key="content_type__model"),
        Column("owner", label="Owner", accessor="reviewer"),
        Column("due_on", label="Review date", accessor="review_date_text", sort_key="due_on"),
        Column("when", label="Days", accessor="review_when"),
    ]
    list_export = ["title", "page_type_display_name", "reviewer", "due_on", "days_overdue", "edit_address"]
    export_headings = {
        "title": "Title",
        "page_type_display_name": "Kind",
        "reviewer": "Owner",
        "due_on": "Review date",
        "days_overdue": "Days overdue",
        "edit_address": "Edit at",
    }

    def get_filename(self) -> str:
        return f"reviews-{timezone.localdate().isoformat()}"

    def get_base_queryset(self) -> QuerySet[Page]:
        mine = self.permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return due(mine, timezone.localdate() + SOON)

    def order_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        field = F(self.ordering.lstrip("-"))
        return queryset.order_by(field.desc() if self.ordering.startswith("-") else field.asc(), "pk")

    def decorate_paginated_queryset(self, object_list: QuerySet[Page]) -> QuerySet[Page]:
        return with_reviewers(object_list, self.request.build_absolute_uri)


def with_reviewers(pages: QuerySet[Page], absolute: Any = str) -> QuerySet[Page]:
    """The same pages, each with what the report's columns and its spreadsheet show. Two queries."""
    people = get_user_model().objects.in_bulk({page.reviewer_id for page in pages})
    today = timezone.localdate()
    for page in pages:
        page.reviewer = str(people.get(page.reviewer_id, NOBODY))
        page.review_date_text = date_format(page.due_on, "j F Y")
        page.review_when = when(page.due_on)
        page.days_overdue = (today - page.due_on).days
        page.edit_address = absolute(edit_url(page))
    return pages


class YourReviews(Component):
    """What is due for review of what somebody looks after; nothing for who has none."""

    name = "your_reviews"
    template_name = "editorial/admin/your_reviews.html"
    order = 150

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        pages = due(Page.objects.all(), timezone.localdate() + SOON).filter(reviewer_id=user.pk)
        rows = [(page, when(page.due_on)) for page in pages[: ON_DASHBOARD + 1]]
        more = len(rows) > ON_DASHBOARD
        return {"rows": rows[:ON_DASHBOARD], "more": more, "report": f"{reverse('reviews_report')}?owner={user.pk}"}

    def render_html(self, parent_context: Any = None) -> str:
        context = self.get_context_data(parent_context)
        return render_to_string(self.template_name, context) if context["rows"] else ""
