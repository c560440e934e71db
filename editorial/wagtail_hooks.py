"""What this app adds to the admin: the list of all content, the reports, the reviews on the dashboard, and that a decision
is carried out once."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.permissions import policy_registry

from editorial import decisions
from editorial.bulk import PublishComplete
from editorial.content_list import ContentViewSet
from editorial.draft_messages import say_what_is_missing
from editorial.feedback_reports import FeedbackViewSet, UsefulReport
from editorial.reports import ReviewsReport, YourReviews


@hooks.register("register_admin_viewset")
def register_content() -> ContentViewSet:
    return ContentViewSet()


@hooks.register("register_admin_viewset")
def register_feedback() -> FeedbackViewSet:
    return FeedbackViewSet()


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    return [
        path("reports/useful/", UsefulReport.as_view(), name="useful_report"),
        path("reports/useful/results/", UsefulReport.as_view(results_only=True), name="useful_report_results"),
        path("reports/reviews/", ReviewsReport.as_view(), name="reviews_report"),
        path("reports/reviews/results/", ReviewsReport.as_view(results_only=True), name="reviews_report_results"),
    ]


hooks.register("after_create_page", say_what_is_missing)
hooks.register("after_edit_page", say_what_is_missing)


class ReportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(
            policy_registry.get_by_type(Page).user_has_any_permission(request.user, ["add", "change", "publish"])
        )


@hooks.register("register_reports_menu_item")
def register_reviews_menu_item() -> MenuItem:
    return ReportMenuItem("Reviews", reverse("reviews_report"), name="reviews", icon_name="calendar-check", order=600)


@hooks.register("register_reports_menu_item")
def register_useful_menu_item() -> MenuItem:
    return ReportMenuItem("Was this useful?", reverse("useful_report"), name="useful", icon_name="comment", order=610)


@hooks.register("construct_homepage_panels")
def add_your_reviews(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(YourReviews())


hooks.register("before_edit_page", decisions.in_the_editor)
hooks.register("before_create_page", decisions.of_a_new_page)
hooks.register("register_bulk_action", PublishComplete, order=100)  # in the place of Wagtail's own


@hooks.register("insert_editor_js")
def one_form_at_a_time() -> str:
    return format_html('<script src="{}"></script>', static("js/editing.js"))
