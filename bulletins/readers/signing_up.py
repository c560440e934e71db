"""What happens after the form was sent in. The form itself does the same for every email; whether it is known shows only in
its own mailbox. So nothing can be learnt about an email from outside, nor from how long an answer takes."""

from datetime import timedelta

from django.core.mail import EmailMessage

from bulletins.readers import tokens
from bulletins.readers.models import Consent, ConsentEvent, Reader, Source, State
from bulletins.readers.recipients import links_for, list_headers
from caching.site_name import site_name
from core.rate_limits import Limit, LimitReached, counted
from mail.emails import same
from mail.kinds import COMPLAINTS, Kind
from mail.kinds import register as register_kind
from mail.models import OutgoingMail, Priority, Reason
from mail.sending import from_templates, send
from taxonomy.drafts import term_of_today

KIND = "bulletin_sign_up"
MAILS_A_DAY = 3  # to one email, whoever asks for them


def ask(email: str, areas: list[int], words: str) -> None:
    """Somebody filled in the form."""
    send(KIND, email, areas=areas, words=words)


def write(mail: OutgoingMail) -> EmailMessage | None:
    """The mail that belongs to a sign-up: to confirm it, or to say that the e-bulletin comes already."""
    if mail.attempts:
        return _answer(mail)  # it was counted
    try:
        with counted(Limit("reader-mails", same(mail.recipient), MAILS_A_DAY, timedelta(days=1))):
            return _answer(mail)
    except LimitReached:
        return None


def _answer(mail: OutgoingMail) -> EmailMessage | None:
    reader = Reader.find(mail.recipient)
    if reader and reader.state == State.CONFIRMED:
        return _to(reader, "bulletin_preferences")
    if reader and reader.reason == Reason.COMPLAINT:
        return None  # whoever reported us as spam is not written to because a stranger typed their email in
    if reader is None:
        reader, _ = Reader.objects.get_or_create(
            normalised=same(mail.recipient), defaults={"address": mail.recipient, "came_by": Source.FORM}
        )
    reader.areas.set(term_of_today(mail.data["areas"]).values())
    # Tried again, it is still the same form.
    Consent.objects.get_or_create(
        reader=reader, act=ConsentEvent.ASKED, how=Source.FORM, words=mail.data["words"], at=mail.created_at
    )
    return _to(reader, "bulletin_confirm")


def _to(reader: Reader, name: str) -> EmailMessage:
    links = links_for(reader)
    context = {"confirm": tokens.url(reader, tokens.CONFIRM), "days": tokens.CONFIRM_WITHIN.days, "links": links}
    headers = list_headers(links.unsubscribe, site_name())
    return from_templates(name, reader.address, context, headers=headers)


def register() -> None:
    register_kind(Kind(KIND, "Sign-up for the e-bulletin", write, Priority.FIRST, COMPLAINTS))
