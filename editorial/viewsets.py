"""The admin's views of pages: the editor of a page that is reviewed, and the lists of pages in the menu."""

from collections.abc import Callable
from typing import Any

from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet

from editorial.checklist import Checklist, WithChecklist


class ReviewedPageCreateView(WithChecklist, CreateView):
    pass


class ReviewedPageEditView(WithChecklist, EditView):
    pass


class ReviewedPageViewSet(PageViewSet):
    """Wagtail's own editor with the checklist beside the form. A kind of page gives its `model` and its `checklist`."""

    checklist: Callable[[Any], Checklist]
    add_view_class = ReviewedPageCreateView
    edit_view_class = ReviewedPageEditView

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Only the views that have a checklist take it.
        return super().get_common_view_kwargs(**kwargs) | {"checklist": self.checklist}


class PageListViewSet(PageListingViewSet):
    """A list of pages in the menu, what was changed last first."""

    add_to_admin_menu = True
    list_per_page = 50
    ordering = "-latest_revision_created_at"


def page_columns(*own: Column, title_width: str) -> list[Column]:
    """The columns of a list of pages: those that each list has, with its own in the middle."""
    return [
        PageTitleColumn("title", label="Title", sort_key="title", classname="title", width=title_width),
        *own,
        PageStatusColumn("status", label="Status", sort_key="live"),
        DateColumn("latest_revision_created_at", label="Last changed", sort_key="latest_revision_created_at"),
    ]
