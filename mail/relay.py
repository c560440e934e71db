"""A question that goes on to somebody by mail: neither of the two emails is shown to anybody here."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from core.rate_limits import Limit, LimitReached, counted, keyed
from mail.models import RelayedQuestion
from mail.sending import send

KEPT = timedelta(days=90)
SAME, NETWORK, PAGE, SENDER = "ask-same", "ask-network", "ask-page", "ask-sender"
REACHED = {
    SAME: "This question is already being sent.",
    NETWORK: "You can send three questions an hour from one place.",
    PAGE: "This contact has already been sent as many questions today as we pass on in a day.",
    SENDER: "You have already asked as many questions today as we pass on in a day.",
}


def relay(kind: str, page: Page, recipient: str, asked: dict[str, str], network: str) -> None:
    """Queue what was asked (name, email, organisation, question) about a page for its contact, as a mail of this kind.

    Raises LimitReached; nothing is sent then.
    """
    sender = asked["email"].casefold()
    limits = (
        # The second of two clicks on the button.
        Limit(SAME, f"{page.pk}\n{sender}\n{asked['question']}", 1, timedelta(minutes=10)),
        Limit(NETWORK, network, 3, timedelta(hours=1)),
        Limit(PAGE, str(page.pk), 10, timedelta(days=1)),
        Limit(SENDER, sender, 5, timedelta(days=1)),
    )
    mail_key = keyed(SENDER, sender)
    try:
        with counted(*limits), transaction.atomic():
            RelayedQuestion.objects.create(page_id=page.pk, network_key=keyed(NETWORK, network), mail_key=mail_key)
            send(kind, recipient, page=page.pk, **asked)
    except LimitReached as reached:
        since = timezone.now() - limits[0].within
        known = RelayedQuestion.objects.filter(page_id=page.pk, mail_key=mail_key, created_at__gte=since)
        if reached.limit.name != SAME or not known.exists():
            raise


def forget_old_questions() -> int:
    """Delete the records that are older than KEPT; gives their number."""
    return RelayedQuestion.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
