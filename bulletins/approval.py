"""Whether an issue may go out to its readers."""

from typing import Any

from bulletins.issue import issue_of
from bulletins.models import BulletinPage
from bulletins.permissions import NO_PERMISSION, SEND
from bulletins.preflight import blocks, preflight
from bulletins.rendering import letter_of


def may_be_sent(page: BulletinPage, user: Any = None) -> list[str]:
    """The reasons why this issue may not be sent now (by this user, where one is given); none: it may.

    What is sent is the published version: publishing needs the right to publish or the last approval of the workflow.
    """
    page = type(page).objects.get(pk=page.pk)
    issue = issue_of(page)
    letter = letter_of(issue)
    reasons = [NO_PERMISSION] if user is not None and not user.has_perm(SEND) else []
    if page.sent:
        reasons.append("It has already been sent.")
    if not page.live:
        reasons.append("It is not published. Submit it for approval; the last approval publishes it.")
    elif page.has_unpublished_changes and letter != letter_of(issue_of(page.get_latest_revision_as_object())):
        # Wagtail's editor keeps a draft by itself, even of an issue that was only looked at: that stops nothing.
        reasons.append("It has changes that nobody has approved. Publish them, or submit them for approval.")
    if page.get_view_restrictions().exists():
        reasons.append("Not everyone can see its web page. Make it public.")
    found = blocks(preflight(issue, letter))
    return [*reasons, *(f"{finding.what} {finding.how}" for finding in found)]
