"""The admin's "Content": every page that readers can search for, whatever its kind, in one list."""

from typing import Any

import django_filters
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.dateformat import format as date_format
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import PageTypeColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.models import Page

from core.findable import findable_models
from editorial.reports import when
from editorial.review import SOON, value_of
from editorial.viewsets import PageListViewSet, page_columns
from taxonomy.models import Facet, Term


def _kinds() -> list[tuple[str, str]]:
    return [(kind._meta.label_lower, kind.get_verbose_name()) for kind in findable_models()]


def _with(field: str) -> list[type[Page]]:
    return [kind for kind in findable_models() if any(one.name == field for one in kind._meta.get_fields())]


def _having(field: str, terms: Any) -> Q:
    """Pages of any kind whose field holds one of these terms."""
    found = Q(pk__in=[])
    for kind in _with(field):
        found |= Q(pk__in=kind.objects.filter(**{f"{field}__in": terms}).order_by().values("pk"))
    return found


class ContentFilterSet(WagtailFilterSet):
    kind = django_filters.MultipleChoiceFilter(
        label="Kind", choices=_kinds, method="filter_kind", widget=forms.CheckboxSelectMultiple
    )
    # By slug, not by id: no text is too large for a slug.
    area = django_filters.ModelMultipleChoiceFilter(
        label="Service area",
        queryset=lambda request: Term.objects.filter(facet=Facet.AREA, parent__isnull=False).order_by("label"),
        to_field_name="slug",
        method="filter_area",
        widget=forms.CheckboxSelectMultiple,
    )
    evidence = django_filters.ModelMultipleChoiceFilter(
        label="Evidence",
        queryset=lambda request: Term.objects.filter(facet=Facet.EVIDENCE),
        to_field_name="slug",
        method="filter_evidence",
        widget=forms.CheckboxSelectMultiple,
    )
    review = django_filters.ChoiceFilter(
        label="Review due",
        method="filter_review",
        choices=[
            ("overdue", "Past its date"),
            ("soon", "Within 30 days"),
            ("later", "Later"),
            ("none", "No review date"),
        ],
        empty_label="Any",
        widget=forms.RadioSelect,
    )
    status = django_filters.ChoiceFilter(
        label="Status",
        method="filter_status",
        choices=[("live", "Live"), ("changed", "Live with changes not published"), ("draft", "Draft")],
        empty_label="Any",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Page
        fields: list[str] = []

    def filter_kind(self, pages: QuerySet[Page], name: str, value: list[str]) -> QuerySet[Page]:
        kinds = [kind for kind in findable_models() if kind._meta.label_lower in value]
        return pages.filter(content_type__in=_types(kinds)) if kinds else pages

    def filter_area(self, pages: QuerySet[Page], name: str, value: Any) -> QuerySet[Page]:
        return pages.filter(_having("areas", value)) if value else pages

    def filter_evidence(self, pages: QuerySet[Page], name: str, value: Any) -> QuerySet[Page]:
        return pages.filter(_having("evidence_level", value)) if value else pages

    def filter_review(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        today = timezone.localdate()
        chosen = {
            "overdue": Q(due_on__lt=today),
            "soon": Q(due_on__gte=today, due_on__lte=today + SOON),
            "later": Q(due_on__gt=today + SOON),
            "none": Q(due_on__isnull=True),
        }
        return pages.filter(chosen[value])

    def filter_status(self, pages: QuerySet[Page], name: str, value: str) -> QuerySet[Page]:
        if value == "changed":
            return pages.filter(live=True, has_unpublished_changes=True)
        return pages.filter(live=value == "live")


def _types(kinds: list[type[Page]]) -> list[ContentType]:
    return list(ContentType.objects.get_for_models(*kinds).values())


class DayColumn(Column):
    """A day, as people write it: how long ago it was says less."""

    def get_value(self, instance: Page) -> str:
        day = super().get_value(instance)
        return date_format(day, "j F Y") if day else ""


class ReviewColumn(Column):
    """The date of the next review, and in words how long ago or from now where that is soon."""

    cell_template_name = "editorial/admin/review_cell.html"

    def get_cell_context_data(self, instance: Page, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        due_on = instance.due_on
        soon = due_on is not None and due_on <= timezone.localdate() + SOON
        return context | {"due_on": due_on, "when": when(due_on) if soon else ""}


class ContentView(IndexView):
    page_title = "Content"
    header_icon = "doc-full"
    template_name = "wagtailadmin/generic/index.html"
    results_template_name = "editorial/admin/content_results.html"
    verbose_name = "page"
    verbose_name_plural = "pages"
    list_display = None
    columns = page_columns(
        PageTypeColumn("kind", label="Kind", accessor="page_type_display_name", sort_key="content_type__model"),
        Column("areas", label="Service areas", accessor="listed_areas"),
        Column("evidence", label="Evidence", accessor="evidence", sort_key="evidence_order"),
        DayColumn("true_on", label="As at", sort_key="true_on"),
        ReviewColumn("due_on", label="Review due", sort_key="due_on"),
        title_width="30%",
    )

    def get_base_queryset(self) -> QuerySet[Page]:
        kinds = findable_models()
        pages: QuerySet[Page] = super().get_base_queryset().filter(content_type__in=_types(kinds))
        return pages.annotate(
            evidence=value_of("evidence_level__label", kinds),
            evidence_order=value_of("evidence_level__sort_order", kinds),
            true_on=value_of("as_at", kinds),
            due_on=value_of("review_date", kinds),
        )

    def search_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        if not self.is_searching:
            return queryset
        return queryset.filter(Q(title__icontains=self.search_query) | Q(draft_title__icontains=self.search_query))

    def get_ordering(self) -> str:
        asked = self.request.GET.get("ordering", "")
        return asked if asked in self.get_valid_orderings() else self.default_ordering

    def order_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        field = F(self.ordering.lstrip("-"))
        downwards = self.ordering.startswith("-")
        return queryset.order_by(field.desc(nulls_last=True) if downwards else field.asc(nulls_last=True), "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        _name_areas(context["object_list"])
        return context


def _name_areas(pages: Any) -> None:
    """Give each page `listed_areas`, with one query for each kind."""
    areas = Prefetch("areas", queryset=Term.objects.only("pk", "label"))
    for kind in _with("areas"):
        prefetch_related_objects([page for page in pages if isinstance(page, kind)], areas)
    for page in pages:
        page.listed_areas = ", ".join(area.label for area in page.areas.all()) if hasattr(page, "areas") else ""


class ContentViewSet(PageListViewSet):
    """`columns` and the filters belong to the view: they hold for every kind of page."""

    model = Page
    index_view_class = ContentView
    name = "content"
    menu_label = "Content"
    menu_icon = icon = "doc-full"
    menu_order = 110
    columns = ContentView.columns
    filterset_class = ContentFilterSet

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Pages are added where they belong, in the page tree.
        return super().get_common_view_kwargs(**kwargs) | {"add_url_name": None}
