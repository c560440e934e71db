"""Changes of one page come one after the other, each from what the one before it left behind.

Wagtail's admin reads a page, works on it and writes it back whole. Two requests that overlap, and its autosave makes
them overlap, undo each other so: an approved page goes back to a draft, an inserted child is forgotten. Wagtail's own
report is https://github.com/wagtail/wagtail/pull/14460.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.utils import get_latest_str, get_valid_next_url_from_request
from wagtail.models import Page, TaskState

from core.form_validation import is_key
from editorial.form_errors import in_words, missing
from editorial.workflow import last_decision, words_of

View = Callable[..., HttpResponse]

FORMS = ("add", "edit")
ACTS = (
    *("convert_alias", "copy", "delete", "lock", "move_confirm", "revisions_unschedule", "set_page_position"),
    *("set_privacy", "unlock", "unpublish", "workflow_action"),
)
CHANGING = {f"wagtailadmin_pages:{name}" for name in (*FORMS, *ACTS)}
KEYS = ("page_id", "page_to_move_id", "parent_page_id", "destination_id")


@contextmanager
def held(*pks: int) -> Iterator[set[int]]:
    """Keeps everybody else from changing these pages until the end; gives those that are still there.

    PostgreSQL locks their rows; SQLite has one writer at a time anyway, from the begin of the transaction.
    """
    with transaction.atomic():
        pages = Page.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        yield set(pages.values_list("pk", flat=True))


def one_at_a_time(view: View) -> View:
    """For the views of Wagtail's admin: what changes a page waits for its turn, and says in words why it cannot be done."""

    @wraps(view)
    def in_turn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pks = _changed_by(request)
        if not pks:
            return view(request, *args, **kwargs)
        try:
            with held(*pks) as there:
                return _refusal(request, pks[0], there) or view(request, *args, **kwargs)
        except ValidationError as error:
            if _name(request) not in ACTS:  # the others show their errors themselves
                raise
            return _incomplete(request, pks[0], error)

    return in_turn


def _name(request: HttpRequest) -> str:
    return (request.resolver_match.url_name or "") if request.resolver_match else ""


def _changed_by(request: HttpRequest) -> list[int]:
    """The page that a request of somebody who may enter the admin is about to change, and those that it touches besides."""
    match = request.resolver_match
    if request.method != "POST" or not match or not request.user.has_perm("wagtailadmin.access_admin"):
        return []
    if match.url_name == "wagtail_bulk_action" and match.kwargs["model_name"] == "page":
        return [int(pk) for pk in request.GET.getlist("id") if is_key(pk)]
    return [match.kwargs[key] for key in KEYS if key in match.kwargs] if match.view_name in CHANGING else []


def _is_script(request: HttpRequest) -> bool:
    """Whether one of Wagtail's scripts asks, and shows what it gets itself."""
    return request.headers.get("x-requested-with") == "XMLHttpRequest" or not request.accepts("text/html")


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Leads to a page of the admin; for a script of a dialogue in the way that it follows."""
    return JsonResponse({"step": "success", "redirect": url}) if _is_script(request) else redirect(url)


def editor_of(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _refusal(request: HttpRequest, pk: int, there: set[int]) -> HttpResponse | None:
    """The answer where there is nothing left to do."""
    if pk not in there:
        if _name(request) == "wagtail_bulk_action" or _is_script(request):
            return None  # Wagtail answers 404
        messages.warning(request, "Nothing was changed: that page is gone. Somebody deleted it.")
        return redirect("wagtailadmin_explore_root")
    if _name(request) not in ("unpublish", "workflow_action"):
        return None
    page = Page.objects.get(pk=pk)
    reason = _not_public(request, page) if _name(request) == "unpublish" else _no_decision(request, page)
    if not reason:
        return None
    messages.warning(request, f"“{get_latest_str(page)}”: nothing was changed. {reason}".strip())
    return _go(request, get_valid_next_url_from_request(request) or editor_of(page))


def _not_public(request: HttpRequest, page: Page) -> str:
    may = page.permissions_for_user(request.user).can_publish()
    return "It is not published any more." if may and not page.live else ""


def _no_decision(request: HttpRequest, page: Page) -> str:
    """Why no decision can be made from the list or the dashboard, for those who might make it."""
    match = request.resolver_match
    state = TaskState.objects.for_instance(page).filter(pk=match.kwargs["task_state_id"]).first() if match else None
    if not match or not state or not state.task.specific.get_actions(page, request.user):
        return ""  # Wagtail refuses it
    if state.status != TaskState.STATUS_IN_PROGRESS:
        return f"It does not wait for this decision any more. {last_decision(page)}"
    form_class = state.task.specific.get_form_for_action(match.kwargs["action_name"])
    form = form_class(request.POST) if form_class and not _is_script(request) else None  # a script shows the errors
    return words_of(form) if form and not form.is_valid() else ""


def needs(page: Page) -> str:
    """What the latest draft of a page lacks for being published, in a line; empty where it lacks nothing."""
    draft = page.get_latest_revision_as_object()
    draft.live = True
    if said := in_words(missing(draft)):
        return said
    try:
        draft.full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _incomplete(request: HttpRequest, pk: int, error: ValidationError) -> HttpResponse:
    """Leads to the editor of a page with which it cannot be done as it is."""
    page = Page.objects.get(pk=pk)
    said = needs(page) or " ".join(error.messages)
    messages.error(request, f"Nothing was changed. “{get_latest_str(page)}”: {said}")
    return _go(request, editor_of(page))
