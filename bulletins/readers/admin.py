"""The admin's list of readers, a reader's own page, and what an editor may do there. Each act asks first."""

from contextlib import suppress
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import View
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from bulletins.readers import consent
from bulletins.readers.addresses import normalise, same
from bulletins.readers.erasing import erase
from bulletins.readers.exporting import csv_lines, download
from bulletins.readers.import_admin import ColumnsView, DiscardView, GoOnView, ImportsView, ImportView, ReportView
from bulletins.readers.models import Reader, ReaderArea, Source, State
from core.exports import refusal
from taxonomy.models import Facet, Term

NAME = "readers"
WAYS_IN = [(Source.FORM.value, Source.FORM.label), (Source.IMPORT.value, Source.IMPORT.label)]


class ReaderFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label="State", choices=State.choices, widget=forms.CheckboxSelectMultiple
    )
    area = django_filters.ModelMultipleChoiceFilter(
        label="Service area",
        queryset=lambda request: Term.objects.filter(facet=Facet.AREA).order_by("label"),
        to_field_name="slug",
        method="filter_area",
        widget=forms.CheckboxSelectMultiple,
    )
    came_by = django_filters.ChoiceFilter(label="Came by", choices=WAYS_IN, empty_label="Any", widget=forms.RadioSelect)
    created_at = django_filters.DateFromToRangeFilter(label="Signed up", widget=DateRangePickerWidget)

    class Meta:
        model = Reader
        fields: list[str] = []

    def filter_area(self, readers: QuerySet[Reader], name: str, value: Any) -> QuerySet[Reader]:
        return readers.filter(pk__in=ReaderArea.objects.filter(term__in=value).values("reader")) if value else readers


class AreasColumn(Column):
    def get_value(self, instance: Reader) -> str:
        return ", ".join(term.label for term in instance.areas.all()) or "all"


def _page_of(reader: Reader) -> str:
    return reverse(f"{NAME}:reader", args=[reader.pk])


class ReadersView(generic.IndexView):
    any_permission_required = ["view"]
    results_template_name = "bulletins/readers/admin/results.html"
    default_ordering = "-created_at"
    is_searchable = True
    columns = [
        TitleColumn(
            "address", label="Mail address", accessor=str, get_url=_page_of, sort_key="normalised", width="35%"
        ),
        StatusTagColumn("state", label="State", accessor="get_state_display", sort_key="state"),
        AreasColumn("areas", label="Service areas"),
        Column("came_by", label="Came by", accessor="get_came_by_display", sort_key="came_by"),
        DateColumn("created_at", label="Signed up", sort_key="created_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Reader]:
        return Reader.objects.prefetch_related(Prefetch("areas", queryset=Term.objects.order_by("label")))

    def search_queryset(self, queryset: QuerySet[Reader]) -> QuerySet[Reader]:
        if not self.is_searching:
            return queryset
        words = self.search_query.strip()
        found = Q(normalised__contains=same(words))
        with suppress(forms.ValidationError):  # a whole address, with its domain as people write it
            found |= Q(normalised=same(normalise(words)))
        return queryset.filter(found)

    def order_queryset(self, queryset: QuerySet[Reader]) -> QuerySet[Reader]:
        return queryset.order_by(self.ordering, "-pk")

    @cached_property
    def header_buttons(self) -> list[Button]:
        if not self.user_has_permission("add"):
            return []
        return [HeaderButton("Import readers", url=reverse(f"{NAME}:imports"), icon_name="upload")]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        asked = self.request.GET.urlencode()
        address = reverse(f"{NAME}:export") + (f"?{asked}" if asked else "")
        buttons = [Button("Download this list as CSV", url=address, icon_name="download", priority=90)]
        if self.user_has_permission("change"):
            bounces = reverse("bulletin_bounces")
            buttons.append(Button("Import bounces", url=bounces, icon_name="upload", priority=80))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        counts = dict(Reader.objects.order_by().values_list("state").annotate(number=Count("pk")))
        context["counts"] = [(state.label, counts.get(state.value, 0)) for state in State]
        return context


class ExportView(ReadersView):
    """The same list, whole, as a file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return refusal(self, reverse(f"{NAME}:index")) or download(
            csv_lines(self.get_queryset()), f"readers-{timezone.localdate().isoformat()}.csv"
        )


class OneReaderView(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    """A page about one reader."""

    model = Reader
    permission_required: str = "view"
    header_icon = "user"
    page_title = "Reader"
    reader: Reader

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.pk = kwargs["pk"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Whoever may not see readers learns nothing of which there are.
        if self.user_has_permission(self.permission_required):
            self.reader = get_object_or_404(Reader, pk=self.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.reader)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        items = [*self.breadcrumbs_items, {"url": reverse(f"{NAME}:index"), "label": "Readers"}]
        if isinstance(self, ActView):
            return [
                *items,
                {"url": _page_of(self.reader), "label": str(self.reader)},
                {"url": "", "label": self.page_title},
            ]
        return [*items, {"url": "", "label": str(self.reader)}]

    def shown(self, **context: Any) -> HttpResponse:
        found = {"reader": self.reader, "reader_url": _page_of(self.reader), "media": forms.Media()}
        return self.render_to_response(self.get_context_data(**found | context))


class ReaderView(OneReaderView):
    template_name = "bulletins/readers/admin/reader.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acts = []
        if self.user_has_permission("change") and self.reader.state in (State.PENDING, State.CONFIRMED):
            acts.append(("Unsubscribe…", reverse(f"{NAME}:unsubscribe", args=[self.pk])))
        if self.user_has_permission("change") and self.reader.state == State.SUPPRESSED:
            acts.append(("Let sign up again…", reverse(f"{NAME}:lift", args=[self.pk])))
        if self.user_has_permission("delete"):
            acts.append(("Erase…", reverse(f"{NAME}:erase", args=[self.pk])))
        return self.shown(
            acts=acts, areas=self.reader.areas.order_by("label"), record=self.reader.consents.select_related("by")
        )


class ActView(OneReaderView):
    """Something that is done to one reader, after a yes."""

    template_name = "bulletins/readers/admin/act.html"
    question = told = button = no = done = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(question=self.question, told=self.told, button=self.button, no=self.no)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = str(self.reader)
        self.do()
        messages.success(request, self.done.format(name))
        exists = Reader.objects.filter(pk=self.pk).exists()
        return redirect(_page_of(self.reader) if exists else reverse(f"{NAME}:index"))

    def do(self) -> None:
        raise NotImplementedError


class UnsubscribeView(ActView):
    permission_required = "change"
    page_title = "Unsubscribe"
    question = "Unsubscribe this reader?"
    told = (
        "Do this when the person asks you to. No more issues are sent to them. Only they themselves can come back: with "
        "the form, or with the link in an old mail."
    )
    button, no, done = "Yes, unsubscribe", "No, don’t unsubscribe", "{} is unsubscribed."

    def do(self) -> None:
        consent.unsubscribe(self.reader, Source.EDITOR, by=self.request.user)


class LiftView(ActView):
    permission_required = "change"
    page_title = "Let sign up again"
    question = "Let this address sign up again?"
    told = (
        "Do this when the person asks you to, for example after a full mailbox. Nothing is sent until they have signed "
        "up with the form and confirmed."
    )
    button, no, done = "Yes, let sign up again", "No, keep it suppressed", "{} can sign up again."

    def do(self) -> None:
        consent.lift(self.reader)


class EraseView(ActView):
    permission_required = "delete"
    page_title = "Erase"
    question = "Erase this reader?"
    told = (
        "Do this when the person asks you to. The address, what they chose and the record of their consent are deleted. "
        "A number made from the address stays, so that no import brings it back. This cannot be undone."
    )
    button, no, done = "Yes, erase", "No, don’t erase", "{} is erased."

    def do(self) -> None:
        erase(self.reader)


class ReadersViewSet(ModelViewSet):
    """No view adds or edits a reader: people do that themselves, or an import with a statement of their consent."""

    model = Reader
    name = NAME
    menu_label = "Readers"
    icon = "group"
    menu_order = 125
    add_to_admin_menu = True
    add_to_reference_index = False
    inspect_view_enabled = True  # so that the permission to view can be given
    copy_view_enabled = False
    list_per_page = 50
    index_view_class = ReadersView
    filterset_class = ReaderFilterSet
    exclude_form_fields: list[str] = []

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        none = dict.fromkeys(("add", "edit", "delete", "history", "usage", "inspect"))
        return super().get_common_view_kwargs(**kwargs) | {f"{name}_url_name": None for name in none}

    def register_admin_url_finder(self) -> None:
        """Readers have no address to edit them at."""

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("export/", self.construct_view(ExportView, **self.get_index_view_kwargs()), name="export"),
            path("<int:pk>/", ReaderView.as_view(), name="reader"),
            path("<int:pk>/unsubscribe/", UnsubscribeView.as_view(), name="unsubscribe"),
            path("<int:pk>/lift/", LiftView.as_view(), name="lift"),
            path("<int:pk>/erase/", EraseView.as_view(), name="erase"),
            path("import/", ImportsView.as_view(), name="imports"),
            path("import/<int:pk>/", ImportView.as_view(), name="import"),
            path("import/<int:pk>/columns/", ColumnsView.as_view(), name="import_columns"),
            path("import/<int:pk>/go-on/", GoOnView.as_view(), name="import_go_on"),
            path("import/<int:pk>/discard/", DiscardView.as_view(), name="import_discard"),
            path("import/<int:pk>/report/", ReportView.as_view(), name="import_report"),
        ]
