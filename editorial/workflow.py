"""What the site adds to Wagtail's workflow: changes are asked for with a reason, and it is told who decided what."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import naturaltime
from wagtail.admin.utils import get_user_display_name
from wagtail.forms import TaskStateCommentForm
from wagtail.models import Page, Task, TaskState

DONE = {
    TaskState.STATUS_APPROVED: "approved it",
    TaskState.STATUS_REJECTED: "asked for changes to it",
    TaskState.STATUS_CANCELLED: "ended its approval",
}


class ReasonForm(TaskStateCommentForm):
    """Asks what should change, which Wagtail leaves open."""

    comment = forms.CharField(
        label="What should change",
        help_text="The author reads this in a mail and in the page's history.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say what should change, so that the author can do it."},
    )


def ask_for_reasons() -> None:
    """Make every task of Wagtail's ask for a reason where changes are requested. Called once, when the apps are ready.

    A task type of our own would do the same, but all tasks that are there would have to be moved to it.
    """
    Task.get_form_for_action = _with_reason(Task.get_form_for_action)


def _with_reason(form_for: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(form_for)
    def form_for_action(task: Task, action: str) -> Any:
        return ReasonForm if action == "reject" else form_for(task, action)

    return form_for_action


def words_of(form: forms.Form) -> str:
    """What is wrong with a form, in a line."""
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def last_decision(page: Page) -> str:
    """Who decided last about this page, and when, as a sentence; empty where nobody did."""
    finished = TaskState.objects.for_instance(page).filter(finished_at__isnull=False).select_related("finished_by")
    state = finished.order_by("-finished_at", "-pk").first()
    if state is None or state.status not in DONE:
        return ""
    who = get_user_display_name(state.finished_by) if state.finished_by else "Somebody"
    return f"{who} {DONE[state.status]} {naturaltime(state.finished_at)}."
