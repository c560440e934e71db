"""The admin's pages about one issue: what could be added to it, whether it can be sent, and a test copy of it."""

import logging
import math
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from bulletins import link_checker, suggesting
from bulletins.approval import may_be_sent
from bulletins.issue import issue_of
from bulletins.models import BulletinPage
from bulletins.permissions import NO_PERMISSION, SEND
from bulletins.preflight import blocks, external_links, preflight
from bulletins.rendering import Links, letter_for, letter_of, message
from core.rate_limits import Limit, LimitReached, counted
from editorial.one_at_a_time import held

logger = logging.getLogger(__name__)
MOST_IDS = 200


class IssueView(WagtailAdminTemplateMixin, View):
    """A page about an issue, for those who may edit it."""

    header_icon = "mail"
    page: BulletinPage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.page = get_object_or_404(BulletinPage, id=kwargs["pk"])
        if not self.page.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.page.get_admin_display_title()

    @property
    def edit_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("bulletins:index"), "label": "E-bulletins"},
            {"url": self.edit_url, "label": self.page.get_admin_display_title()},
            {"url": "", "label": str(self.page_title)},
        ]

    def show(self, **context: Any) -> HttpResponse:
        shown = {"issue_page": self.page, "edit_url": self.edit_url, "media": forms.Media()} | context
        return self.render_to_response(self.get_context_data(**shown))


class SuggestView(IssueView):
    """Shows what would be added; POST adds what is ticked."""

    page_title = "Suggest this quarter’s content"
    template_name = "bulletins/admin/suggest.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(suggestion=suggesting.suggestion(self.page), closed=self._closed())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if closed := self._closed():
            messages.error(request, closed)
            return redirect(self.edit_url)
        sent = request.POST.getlist("page")[:MOST_IDS]
        chosen = {int(pk) for pk in sent if pk.isascii() and pk.isdigit() and len(pk) < 19}
        with held(self.page.pk):  # the autosave of somebody's editor waits
            added = suggesting.add(self.page, chosen, request.user)
        if not added:
            messages.warning(request, "Nothing was added: choose at least one page.")
            return redirect(reverse("bulletin_suggest", args=[self.page.pk]))
        names = ", ".join(f"“{title}”" for title in added[:5])
        more = f" and {len(added) - 5} more" if len(added) > 5 else ""
        said = f"{_counted(len(added), 'page')} added to the draft: {names}{more}. What was there stayed as it was."
        messages.success(request, said)
        return redirect(self.edit_url)

    def _closed(self) -> str:
        """Why nothing can be added; empty where it can."""
        if self.page.sent:
            return "This issue was sent. What is new belongs in the next one."
        if self.page.permissions_for_user(self.request.user).page_locked():
            return "This issue is locked. Whoever locked it can unlock it, or an administrator can."
        return ""


class PreflightView(IssueView):
    """What stops the issue from being sent. POST asks the links to elsewhere too."""

    page_title = "Preflight"
    template_name = "bulletins/admin/preflight.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show({})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        links = [address for _, _, address in external_links(issue_of(self.page.get_latest_revision_as_object()))]
        try:
            with counted(Limit("bulletin-links", str(request.user.pk), 10, timedelta(hours=1))):
                answers = link_checker.check(links)
        except LimitReached as reached:
            messages.error(request, f"Links can be checked ten times an hour. Try again in {reached.wait_in_words}.")
            return self._show({})
        return self._show({answer.address: answer for answer in answers})

    def _show(self, answers: dict[str, link_checker.Answer]) -> HttpResponse:
        issue = issue_of(self.page.get_latest_revision_as_object())
        letter = letter_of(issue)
        found = preflight(issue, letter)
        links = external_links(issue)
        return self.show(
            blocks=blocks(found),
            warnings=[finding for finding in found if finding not in blocks(found)],
            links=[(place, words, address, answers.get(address)) for place, words, address in links],
            most_links=link_checker.MOST,
            size=math.ceil(letter.size / 1000),
            reasons=may_be_sent(self.page),
            no_permission="" if self.request.user.has_perm(SEND) else NO_PERMISSION,
            sent=self.page.sent,
        )


class TestCopyView(IssueView):
    """POST sends the draft to whoever asks for it."""

    page_title = "Test copy"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = request.user.email  # type: ignore[union-attr]
        try:
            with counted(Limit("bulletin-test", str(request.user.pk), 20, timedelta(hours=1))):
                send_test_copy(self.page, address)
        except LimitReached as reached:
            messages.error(request, f"Twenty test copies an hour can be sent. Try again in {reached.wait_in_words}.")
        except NotSent as error:
            said = (
                f"The mail server did not take the test copy ({error}). Nothing was sent. Try again in a few minutes; "
            )
            messages.error(request, said + "if it stays so, an administrator can look at the mail settings.")
        else:
            messages.success(request, f"A test copy is on its way to {address}.")
        return redirect(reverse("bulletin_preflight", args=[self.page.pk]))


class NotSent(Exception):
    """The mail server did not take a message; says how it failed, without any address."""


def send_test_copy(page: BulletinPage, address: str) -> None:
    """The draft as mail, marked as a test; its links to change or stop lead to the archive. Raises NotSent."""
    letter = letter_for(page.get_latest_revision_as_object())
    archive = page.get_parent().full_url or settings.SITE_URL
    mail = message(letter, address, Links(page.full_url or archive, archive, archive))
    mail.subject = f"Test copy: {mail.subject}"
    try:
        taken = mail.send()
    except Exception as error:  # every mail backend has errors of its own
        # Not the error's text: a mail server repeats the address in it.
        reason = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        logger.error("a test copy of bulletin %s could not be sent: %s", page.pk, reason)
        raise NotSent(reason) from None
    if not taken:
        raise NotSent("no error was given")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
