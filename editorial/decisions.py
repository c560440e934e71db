"""One decision, carried out once, whatever the editor's autosave does.

Each form of the editor has a token. What its sending decides (publishing, or a step of the workflow) is written into
Wagtail's log under that token, and is not done again when the form comes a second time: by a double click, a network that
repeats itself, or the autosave. A decision that somebody else took meanwhile is not overruled either. What was typed is
kept as a draft. See docs/decisions/0034 for what Wagtail does itself, and when this can go.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve, reverse
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.log_actions import get_active_log_context
from wagtail.models import Page, PageLogEntry, WorkflowState

from core.form_validation import is_key
from editorial.workflow import last_decision, words_of

TOKEN, TASK_STATE = "form-token", "form-task-state"
DECISIONS = (
    "action-publish",
    "action-submit",
    "action-restart-workflow",
    "action-workflow-action",
    "action-cancel-workflow",
)
OF_THE_WORKFLOW = ("workflow-action-name", "workflow-action-extra-data")
LOGGED = Q(action__startswith="wagtail.publish") | Q(action__startswith="wagtail.workflow.")
DONE_ALREADY = "This was done already: the form came twice, and counted once."
KEPT = "What you changed is kept as a draft."


def new_token() -> str:
    return str(uuid4())


def in_the_editor(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Wagtail's hook before a page is edited."""
    if request.method != "POST":
        return None
    token, autosave = _token(request), not request.accepts("text/html")
    wanted = any(request.POST.get(name) for name in DECISIONS)
    done = token is not None and _is_decided(request, page, token)
    if autosave and (wanted or done):
        return _not_saved("A decision about this page is under way or taken. Reload the page to go on.")
    if not wanted:
        return None
    if done:
        _take(request, _with_keys(request, page))
        leave = get_valid_next_url_from_request(request) or reverse("wagtailadmin_explore", args=[page.get_parent().pk])
        return _leave_undone(request, page, DONE_ALREADY, page.get_latest_revision_as_object(), leave)
    if reason := _too_late(request, page):
        editor = reverse("wagtailadmin_pages:edit", args=[page.pk])
        return _leave_undone(request, page, reason, _as_opened(request, page), editor)
    if token:
        get_active_log_context().uuid = token
    return None


def of_a_new_page(request: HttpRequest, parent: Page, page_class: type[Page]) -> HttpResponse | None:
    """Wagtail's hook before a page is made. A form that has made its page goes on as the form of that page."""
    token = _token(request) if request.method == "POST" else None
    if token is None:
        return None
    made = PageLogEntry.objects.filter(uuid=token, action="wagtail.create", user=request.user).values("page")
    page = page_class.objects.child_of(parent).filter(pk__in=made).first()
    if page is None:
        get_active_log_context().uuid = token
        return None
    _take(request, _with_keys(request, page))
    request.resolver_match = resolve(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    view, args, kwargs = request.resolver_match
    response: HttpResponse = view(request, *args, **kwargs)
    return response


def _token(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get(TOKEN, ""))
    except ValueError:
        return None


def _is_decided(request: HttpRequest, page: Page, token: UUID) -> bool:
    """Whether this form of theirs has decided something before."""
    return PageLogEntry.objects.filter(LOGGED, page=page.pk, uuid=token, user=request.user).exists()


def _too_late(request: HttpRequest, page: Page) -> str:
    """Why what the form asks for cannot be done any more, or not so; empty where it can."""
    wants = request.POST.get
    state = page.current_workflow_state
    asked = state is not None and state.status == WorkflowState.STATUS_IN_PROGRESS
    if wants("action-publish"):
        return ""
    if wants("action-submit"):
        return "It is waiting for approval already." if asked else ""
    if wants("action-restart-workflow"):
        return f"Nothing was started again. {last_decision(page)}" if state is None or asked else ""
    if wants("action-workflow-action"):
        return _no_decision(request, page)
    return f"It is not waiting for approval. {last_decision(page)}" if state is None else ""


def _no_decision(request: HttpRequest, page: Page) -> str:
    task_state, seen = page.current_workflow_task_state, request.POST.get(TASK_STATE)
    if task_state is None or (seen and seen != str(task_state.pk)):
        return f"Your decision was not carried out: the page does not wait for it any more. {last_decision(page)}"
    action = request.POST.get("workflow-action-name", "")
    form_class = task_state.task.specific.get_form_for_action(action)
    if form_class is None:
        return ""
    form = form_class(_extra_data(request))
    if not form.is_valid():
        return f"Your decision was not carried out. {words_of(form)}"
    post = request.POST.copy()
    post["workflow-action-extra-data"] = json.dumps(form.cleaned_data)
    _take(request, post)
    return ""


def _extra_data(request: HttpRequest) -> dict[str, Any]:
    try:
        sent = json.loads(request.POST.get("workflow-action-extra-data") or "{}")
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _not_saved(why: str) -> HttpResponse:
    """What the script of the autosave understands."""
    return JsonResponse({"success": False, "error_code": "invalid_revision", "error_message": why}, status=400)


def _leave_undone(request: HttpRequest, page: Page, why: str, before: Page, leave: str) -> HttpResponse | None:
    """Says why nothing was decided. What was typed since `before` is kept: Wagtail saves the form as a draft."""
    is_changed = _form(request, before).has_changed()
    lock = page.get_lock()
    kept = f" {KEPT}" if is_changed and not (lock and lock.for_user(request.user)) else ""
    messages.warning(request, f"“{page.get_admin_display_title()}”: {why.strip()}{kept}")
    if not is_changed:
        return redirect(leave)
    post = request.POST.copy()
    for name in (*DECISIONS, *OF_THE_WORKFLOW):
        post.pop(name, None)
    _take(request, post)
    return None


def _take(request: HttpRequest, post: QueryDict) -> None:
    """What was sent is not to be changed, but may be replaced."""
    request.POST = post  # type: ignore[assignment]


def _as_opened(request: HttpRequest, page: Page) -> Page:
    """The page as it was when they opened the form, as far as that is known."""
    opened = request.POST.get("loaded_revision_id", "")
    revision = page.revisions.filter(pk=opened).first() if is_key(opened) else None
    return revision.as_object() if revision else page.get_latest_revision_as_object()


def _form(request: HttpRequest, page: Page, *, bound: bool = True) -> Any:
    form_class = type(page).get_edit_handler().get_form_class()
    sent = (request.POST, request.FILES) if bound else ()
    return form_class(*sent, instance=page, parent_page=page.get_parent(), for_user=request.user)


def _with_keys(request: HttpRequest, page: Page) -> QueryDict:
    """The form as if its browser had been told the keys of the rows that it made when it came first.

    Wagtail tells them in the answer to an autosave. Without them each row would be added a second time.
    """
    post = request.POST.copy()
    for formset in _form(request, page.get_latest_revision_as_object(), bound=False).formsets.values():
        rows = [formset.add_prefix(number) for number in range(_count(post.get(f"{formset.prefix}-TOTAL_FORMS")))]
        free = _free_keys(formset, {post.get(f"{row}-id") for row in rows})
        for row in rows:
            if not post.get(f"{row}-id") and not post.get(f"{row}-DELETE"):
                post[f"{row}-id"] = next(free, "")
        if rows:
            post[f"{formset.prefix}-INITIAL_FORMS"] = str(len(rows))
    return post


def _free_keys(formset: Any, taken: set[str | None]) -> Iterator[str]:
    keys = (str(form.instance.pk) for form in formset.initial_forms if form.instance.pk)
    return iter([key for key in keys if key not in taken])


def _count(sent: str | None) -> int:
    return min(int(sent), 1000) if sent and is_key(sent) else 0
