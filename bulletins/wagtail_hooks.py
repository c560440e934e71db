"""What e-bulletins add to the admin: their list, and what can be done with an issue."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.widgets.button import Button

from bulletins.admin_views import PreflightView, SuggestView, TestCopyView
from bulletins.models import BulletinPage
from bulletins.readers import wagtail_hooks as readers_hooks  # noqa: F401  (Wagtail looks for hooks here)
from bulletins.sending import wagtail_hooks as sending_hooks  # noqa: F401
from editorial.viewsets import PageListViewSet, page_columns


class IssuesView(IndexView):
    """The newest issue first."""

    def get_base_queryset(self) -> QuerySet[Any]:
        issues: QuerySet[Any] = super().get_base_queryset()
        return issues.select_related("sent_copy")


class BulletinListViewSet(PageListViewSet):
    model = BulletinPage
    index_view_class = IssuesView
    name = "bulletins"
    menu_label = "E-bulletins"
    menu_icon = icon = "mail"
    menu_order = 120
    columns = [
        BulkActionsColumn("bulk_actions"),
        *page_columns(
            Column("quarter", label="Quarter", sort_key="slug", accessor="quarter"),
            Column("issue_number", label="Issue", sort_key="issue_number"),
            DateColumn("sent_at", label="Sent", accessor="sent.sent_at"),
            title_width="35%",
        ),
    ]


@hooks.register("register_admin_viewset")
def register_bulletins() -> BulletinListViewSet:
    return BulletinListViewSet()


@hooks.register("register_admin_urls")
def register_issue_views() -> list[URLPattern]:
    return [
        path("bulletins/<int:pk>/suggest/", SuggestView.as_view(), name="bulletin_suggest"),
        path("bulletins/<int:pk>/preflight/", PreflightView.as_view(), name="bulletin_preflight"),
        path("bulletins/<int:pk>/test-copy/", TestCopyView.as_view(), name="bulletin_test_copy"),
    ]


@hooks.register("register_page_header_buttons")
def issue_buttons(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    if isinstance(page, BulletinPage) and page.permissions_for_user(user).can_edit():
        suggest, check = (reverse(f"bulletin_{name}", args=[page.pk]) for name in ("suggest", "preflight"))
        yield Button("Suggest content", url=suggest, icon_name="plus", priority=2)
        yield Button("Preflight and test copy", url=check, icon_name="check", priority=4)
        yield Button("Send", url=reverse("bulletin_send", args=[page.pk]), icon_name="mail", priority=6)


@hooks.register("before_copy_page")
def no_copies(request: HttpRequest, page: Any) -> HttpResponse | None:
    """An issue's address is its season, so there is none for a copy."""
    if not isinstance(page.specific, BulletinPage):
        return None
    messages.error(request, "An issue cannot be copied: its address is its year and season. Add a new issue instead.")
    return redirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))


@hooks.register("register_permissions")
def bulletin_permissions() -> QuerySet[Permission]:
    """So that administrators can give it to a group."""
    return Permission.objects.filter(content_type__app_label="bulletins", codename="send_bulletin")
