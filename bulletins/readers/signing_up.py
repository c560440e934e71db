"""What happens after the form was sent in. The form itself does the same for every address; whether it is known shows
only in its own mailbox. So nothing can be learnt about an address from outside, nor from how long an answer takes."""

import datetime
import logging

from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from bulletins.readers import tokens
from bulletins.readers.addresses import same
from bulletins.readers.models import Consent, ConsentEvent, ForgottenAddress, Reader, Reason, SignUp, Source, State
from bulletins.readers.recipients import links_for, list_headers
from caching.site_name import site_name
from core.rate_limits import Limit, LimitReached, counted
from mail.headers import sender
from taxonomy.drafts import term_of_today

logger = logging.getLogger(__name__)
MAILS_A_DAY = 3  # to one address, whoever asks for them
RETRY = datetime.timedelta(minutes=10)
GIVEN_UP = datetime.timedelta(days=1)  # after which a sign-up that could not be answered is dropped


def answer(sign_up_id: int) -> None:
    """Send the mail that belongs to this sign-up. Safe to call twice, and from two processes at once."""
    now = timezone.now()
    untried = Q(tried_at=None) | Q(tried_at__lte=now - RETRY)
    if not SignUp.objects.filter(untried, pk=sign_up_id).update(tried_at=now):
        return
    sign_up = SignUp.objects.filter(pk=sign_up_id).first()
    if sign_up is None:
        return
    try:
        with counted(Limit("reader-mails", same(sign_up.address), MAILS_A_DAY, datetime.timedelta(days=1))):
            _answer(sign_up)
    except LimitReached:
        pass
    except Exception as error:  # every mail backend has errors of its own
        # Not the error's text: a mail server repeats the address in it.
        reason = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        logger.error("sign-up %s could not be answered, it is tried again: %s", sign_up_id, reason)
        return
    SignUp.objects.filter(pk=sign_up_id).delete()


def answer_waiting() -> None:
    """Answer what the worker did not get to, and drop what could not be answered for a day."""
    now = timezone.now()
    SignUp.objects.filter(created_at__lt=now - GIVEN_UP).delete()
    waiting = SignUp.objects.filter(Q(tried_at=None) | Q(tried_at__lte=now - RETRY)).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:200]:
        answer(pk)


def _answer(sign_up: SignUp) -> None:
    reader = Reader.find(sign_up.address)
    if reader and reader.state == State.CONFIRMED:
        _send(reader, "preferences", "You get our e-bulletin already")
        return
    complaint = Reason.COMPLAINT.value
    if ForgottenAddress.of(sign_up.address).filter(why=complaint).exists() or (reader and reader.reason == complaint):
        return  # whoever reported us as spam is not written to because a stranger typed their address in
    if reader is None:
        reader, _ = Reader.objects.get_or_create(
            normalised=same(sign_up.address), defaults={"address": sign_up.address, "came_by": Source.FORM}
        )
    reader.areas.set(term_of_today(sign_up.areas).values())
    _send(reader, "confirm", "Confirm that you want our e-bulletin")
    Consent.objects.create(
        reader=reader, act=ConsentEvent.ASKED, how=Source.FORM, words=sign_up.words, at=sign_up.created_at
    )


def _send(reader: Reader, kind: str, subject: str) -> None:
    name = site_name()
    links = links_for(reader)
    context = {
        "site_name": name,
        "confirm": tokens.url(reader, tokens.CONFIRM),
        "days": tokens.CONFIRM_WITHIN.days,
        "links": links,
    }
    headers = list_headers(links.unsubscribe, name) | {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    body = render_to_string(f"bulletins/readers/mail/{kind}.txt", context)
    message = EmailMessage(f"{subject}: {name}", body, sender(name), to=[reader.address], headers=headers)
    if not message.send():
        raise OSError("the mail was not taken")
