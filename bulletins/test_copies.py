"""Test copies: the draft of an issue as mail, to one person."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet

from bulletins.models import BulletinPage
from bulletins.rendering import Links, letter_for, message
from mail.kinds import Kind
from mail.kinds import register as register_kind
from mail.models import OutgoingMail, Priority
from mail.sending import send

KIND = "bulletin_test_copy"


def send_test_copy(page: BulletinPage, email: str) -> OutgoingMail:
    """Queue the draft as mail, marked as a test. It stands in for one that has not reached this email."""
    _not_sent(page, email).delete()
    return send(KIND, email, page=page.pk)


def write(mail: OutgoingMail) -> EmailMessage | None:
    """The draft as it is now; its links to change or stop lead to the archive."""
    page = BulletinPage.objects.filter(pk=mail.data["page"]).first()
    if page is None:
        return None
    letter = letter_for(page.get_latest_revision_as_object())
    archive = page.get_parent().full_url or settings.SITE_URL
    copy = message(letter, mail.recipient, Links(page.full_url or archive, archive, archive), mail.message_id)
    copy.subject = f"Test copy: {copy.subject}"
    return copy


def problem_of_last(page: BulletinPage, email: str) -> str:
    """Why the last test copy of this issue has not reached this email yet; empty where nothing is wrong."""
    last = _not_sent(page, email).last()
    return last.problem if last else ""


def _not_sent(page: BulletinPage, email: str) -> QuerySet[OutgoingMail]:
    """A mail that was sent names nobody any more."""
    return OutgoingMail.objects.filter(kind=KIND, recipient=email, data__page=page.pk).order_by("pk")


def register() -> None:
    register_kind(Kind(KIND, "Test copy of an e-bulletin", write, Priority.FIRST))
