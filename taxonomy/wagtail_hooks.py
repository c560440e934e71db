"""The admin's lists of the vocabulary: one per facet, with search, drag ordering and how many pages use each term."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django_filters import ChoiceFilter
from wagtail import hooks
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic import history, usage
from wagtail.admin.views.generic.ordering import ReorderView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from taxonomy.admin_actions import BringBackView, MergeView, RetireView, register_term_actions
from taxonomy.glossary import GlossaryEntry
from taxonomy.merging import kept_by
from taxonomy.models import SUBJECTS, TWO_LEVELS, CuratedTag, Facet, Term
from taxonomy.usage import page_ids, pages_using, with_page_counts


class UsageColumn(Column):
    """Links the number of pages to the list of them."""

    cell_template_name = "taxonomy/usage_cell.html"

    def __init__(self, usage_url_name: str) -> None:
        super().__init__("page_count", label="Pages", sort_key="page_count", width="10%")
        self._usage_url_name = usage_url_name

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["url"] = reverse(self._usage_url_name, args=[instance.pk])
        return context


class TermForm(WagtailAdminModelForm):
    facet: Facet

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.facet = self.facet
        if "parent" in self.fields:
            groups = Term.objects.filter(facet=self.facet, parent=None).exclude(pk=self.instance.pk)
            self.fields["parent"].queryset = groups


class CountedIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Any]:
        return with_page_counts(super().get_base_queryset())


class FacetIndexView(CountedIndexView):
    facet: Facet

    def get_base_queryset(self) -> QuerySet[Any]:
        return super().get_base_queryset().filter(facet=self.facet).select_related("parent")

    def get_page_title(self) -> str:
        return str(self.facet.label)


class TermFilters(WagtailFilterSet):
    status = ChoiceFilter(
        field_name="retired",
        choices=[("False", "In use"), ("True", "Retired")],
        empty_label="All",
        label="Status",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Term
        fields: list[str] = []


class OfOneFacet:
    """A view of one term: a term of another facet is not found at this list's address."""

    facet: Facet

    def get_object(self, *args: Any, **kwargs: Any) -> Term:
        term: Term = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if term.facet != self.facet:
            raise Http404
        return term


class TermEditView(OfOneFacet, generic.EditView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.user_has_permission("merge"):
            buttons.append(
                Button("Merge into another term…", url=self._url("merge"), icon_name="resubmit", priority=14)
            )
        if self.user_has_permission("retire") and self.object.retired:
            buttons.append(Button("Bring back", url=self._url("bring_back"), icon_name="rotate", priority=16))
        elif self.user_has_permission("retire"):
            buttons.append(Button("Retire", url=self._url("retire"), icon_name="no-view", priority=16))
        return buttons

    def _url(self, action: str) -> str:
        return reverse(f"taxonomy_{self.facet.value}:{action}", args=[self.object.pk])


@dataclass(frozen=True, slots=True)
class Usage:
    """What Wagtail's confirmation of a deletion asks for."""

    pages: int
    is_protected: bool

    def count(self) -> int:
        return self.pages


class UnusedOnlyDeleteView(generic.DeleteView):
    """Deletes only what no page uses; the confirmation page says how many do."""

    def get_usage(self) -> Usage:
        pages = len(page_ids(self.object))
        return Usage(pages, is_protected=pages > 0)


class TermDeleteView(OfOneFacet, UnusedOnlyDeleteView):
    """A group goes after its areas, and an organisation type after its organisations, on pages or not."""

    template_name = "taxonomy/delete.html"

    @cached_property
    def kept_by(self) -> list[str]:
        return kept_by(self.object)

    def get_usage(self) -> Usage:
        pages = len(page_ids(self.object))
        return Usage(pages, is_protected=bool(pages or self.kept_by))

    @property
    def confirmation_message(self) -> str:
        old = list(Term.all_objects.filter(merged_into=self.object).values_list("slug", flat=True))
        return f"{super().confirmation_message} {_lost(old)}" if old else super().confirmation_message


def _lost(slugs: list[str]) -> str:
    return f"What leads to it stops working too: the old address{'es' if len(slugs) > 1 else ''} {', '.join(slugs)}."


class PagesView(usage.UsageView):
    """The pages that use a term or a tag."""

    page_title = "Pages"

    def get_queryset(self) -> QuerySet[Page]:
        return pages_using(self.object).select_related("content_type")

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("title", label="Title", accessor="get_admin_display_title", get_url=_edit_url),
            Column("kind", label="Kind", accessor="page_type_display_name"),
            Column("status", label="Status", accessor="status_string"),
        ]

    def get_table(self, object_list: Any, **kwargs: Any) -> Any:
        return super(usage.UsageView, self).get_table(object_list, **kwargs)


def _edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


class FacetReorderView(ReorderView):
    facet: Facet

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(facet=self.facet)


def _view(facet: Facet, *bases: type) -> type:
    return type(f"{facet.name.title()}{bases[-1].__name__}", bases, {"facet": facet})


def _status_column() -> Column:
    return StatusTagColumn("status", label="Status", primary=lambda term: not term.retired, width="10%")


class TermViewSet(ModelViewSet):
    """The list of one facet."""

    model = Term
    icon = "tag"
    sort_order_field = "sort_order"
    ordering = ["sort_order"]
    search_fields = ["label", "synonyms"]
    list_per_page = 50
    copy_view_enabled = False

    def __init__(self, facet: Facet) -> None:
        self._facet = facet
        name = f"taxonomy_{facet.value}"
        group = ["parent"] if facet in TWO_LEVELS else []
        own_page = ["introduction"] if facet in SUBJECTS else []
        super().__init__(
            name=name,
            url_prefix=f"vocabulary/{facet.value}",
            menu_label=facet.label,
            menu_name=f"vocabulary-{facet.value}",
            panels=[
                FieldPanel(field) for field in ("label", "slug", *group, "synonyms", "scope_note", *own_page, "code")
            ],
            list_display=["label", *group, "slug", _status_column(), UsageColumn(f"{name}:usage")],
            filterset_class=TermFilters,
            index_view_class=_view(facet, FacetIndexView),
            edit_view_class=_view(facet, TermEditView),
            delete_view_class=_view(facet, TermDeleteView),
            history_view_class=_view(facet, OfOneFacet, history.HistoryView),
            usage_view_class=_view(facet, OfOneFacet, PagesView),
            reorder_view_class=_view(facet, FacetReorderView),
        )

    def get_urlpatterns(self) -> list[Any]:
        views = {"merge": MergeView, "retire": RetireView, "bring_back": BringBackView}
        added = [
            path(f"{name.replace('_', '-')}/<int:pk>/", self.construct_view(_view(self._facet, view)), name=name)
            for name, view in views.items()
        ]
        return [*super().get_urlpatterns(), *added]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        base = super().get_form_class(for_update)
        return type(base.__name__, (TermForm, base), {"facet": self._facet})

    def register_admin_url_finder(self) -> None:
        register_admin_url_finder(Term, TermURLFinder)


class TermURLFinder(ModelAdminURLFinder):
    def construct_edit_url(self, instance: Term) -> str:
        return reverse(f"taxonomy_{instance.facet}:edit", args=[instance.merged_into_id or instance.pk])


class TagViewSet(ModelViewSet):
    model = CuratedTag
    name = "taxonomy_tag"
    url_prefix = "vocabulary/tags"
    menu_label = "Tags"
    menu_name = "vocabulary-tags"
    icon = "tag"
    list_per_page = 50
    search_fields = ["name"]
    copy_view_enabled = False
    index_view_class = CountedIndexView
    delete_view_class = UnusedOnlyDeleteView
    usage_view_class = PagesView
    list_display = ["name", "slug", UsageColumn("taxonomy_tag:usage")]


class GlossaryViewSet(ModelViewSet):
    model = GlossaryEntry
    name = "taxonomy_glossary"
    url_prefix = "vocabulary/glossary"
    menu_label = "Glossary"
    menu_name = "vocabulary-glossary"
    icon = "openquote"
    list_per_page = 50
    search_fields = ["word", "synonyms"]
    copy_view_enabled = False
    list_display = ["word", "meaning", "synonyms"]
    panels = [FieldPanel(field) for field in ("word", "slug", "meaning", "synonyms", "related", "source")]


class VocabularyGroup(ModelViewSetGroup):
    menu_label = "Vocabulary"
    menu_icon = "tag"
    menu_order = 300
    items = [*map(TermViewSet, Facet), TagViewSet("taxonomy_tag"), GlossaryViewSet("taxonomy_glossary")]


hooks.register("register_log_actions", register_term_actions)


@hooks.register("register_admin_viewset")
def register_vocabulary() -> VocabularyGroup:
    return VocabularyGroup()
