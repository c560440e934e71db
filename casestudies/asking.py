"""Asking the contact of an example: a question goes on by mail, and neither address is shown to anybody here."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from caching.site_name import site_name
from casestudies.models import CaseStudyPage
from casestudies.relayed import RelayedQuestion
from core.rate_limits import Limit, LimitReached, counted, keyed
from mail.headers import sender

logger = logging.getLogger(__name__)
KEPT = timedelta(days=90)
SAME, NETWORK, EXAMPLE, SENDER = "ask-same", "ask-network", "ask-example", "ask-sender"
REACHED = {
    SAME: "We are sending this question already.",
    NETWORK: "Three questions an hour can be sent from one place.",
    EXAMPLE: "This contact was sent as many questions today as we pass on in a day.",
    SENDER: "You have asked as many questions today as we pass on in a day.",
}


class NotSent(Exception):
    """The mail server did not take the question."""


def askable(slug: str) -> CaseStudyPage | None:
    """The example of this slug, if everybody may read it and it has somebody to ask."""
    return CaseStudyPage.objects.live().public().filter(slug=slug).filter(contacts__email__gt="").first()


def stamp_purpose(page: CaseStudyPage) -> str:
    return f"ask-{page.pk}"


def relay(page: CaseStudyPage, asked: dict[str, str], network: str) -> None:
    """Send what was asked (name, email, organisation, question) to the page's contact.

    Raises LimitReached, or NotSent where the mail could not be handed over; nothing was sent then.
    """
    sender = asked["email"].casefold()
    limits = (
        # The second of two clicks on the button.
        Limit(SAME, f"{page.pk}\n{sender}\n{asked['question']}", 1, timedelta(minutes=10)),
        Limit(NETWORK, network, 3, timedelta(hours=1)),
        Limit(EXAMPLE, str(page.pk), 10, timedelta(days=1)),
        Limit(SENDER, sender, 5, timedelta(days=1)),
    )
    mail_key = keyed(SENDER, sender)
    try:
        with counted(*limits):
            record = RelayedQuestion.objects.create(page=page, network_key=keyed(NETWORK, network), mail_key=mail_key)
            _send(page, asked)
            record.sent = True
            record.save(update_fields=["sent"])
    except LimitReached as reached:
        since = timezone.now() - limits[0].within
        sent = RelayedQuestion.objects.filter(page=page, mail_key=mail_key, sent=True, created_at__gte=since)
        if reached.limit.name != SAME or not sent.exists():
            raise


def _send(page: CaseStudyPage, asked: dict[str, str]) -> None:
    title, name = " ".join(page.title.split()), site_name()
    quoted = "\n".join(f"> {line}".rstrip() for line in asked["question"].splitlines())
    context = asked | {
        "quoted": quoted,
        "title": title,
        "address": page.full_url,
        "contact_name": page.contact_name,
        "site_name": name,
        "site_url": settings.SITE_URL,
    }
    # The asker gets no copy: whoever could have one sent to an address could have us write to strangers.
    message = EmailMessage(
        subject=f"A question about “{title}”",
        body=render_to_string("mail/ask_contact.txt", context),
        from_email=sender(name),
        to=[page.contact_email],
        reply_to=[asked["email"]],
        # An out-of-office reply would give the contact's address away.
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    try:
        taken = message.send()
    except Exception as error:  # every mail backend has errors of its own
        # Not the error's text: a mail server repeats the address in it.
        reason = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        logger.error("a question about page %s could not be sent: %s", page.pk, reason)
        raise NotSent from None
    if not taken:
        raise NotSent


def forget_old_questions() -> int:
    """Delete the records that are older than KEPT; gives their number."""
    return RelayedQuestion.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
