"""What the mail provider tells us of mails that it took: bounces, complaints, readers who left there.

Anymail reads each provider's own form. Nothing is believed without the secret of ANYMAIL_WEBHOOK_SECRET, whatever else
a provider signs; without a secret there is no such address here at all.
"""

import logging
import re
from typing import Any, cast

from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.urls import urlpatterns as anymail_addresses
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bulletins.readers import consent
from bulletins.readers.addresses import normalise, same
from bulletins.readers.models import Reader, Source
from bulletins.sending.bounces import Kind, last_delivery, record
from bulletins.sending.models import Delivery

logger = logging.getLogger("bulletins.sending")
_TRACKING = "_tracking_webhook"
VIEWS: dict[str, type[AnymailBaseWebhookView]] = {
    one.name.removesuffix(_TRACKING): one.callback.view_class
    for one in anymail_addresses
    if one.name.endswith(_TRACKING) and not one.name.startswith("sendinblue")  # Brevo's old name
}
# What anymail raises where a body is not what the provider would send.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, AnymailError, AnymailConfigurationError)


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def provider(request: HttpRequest, name: str) -> HttpResponse:
    """401 and 403: not the provider; 400 and 413: nothing that we can read. Only 200 says that it is in the books."""
    kind = VIEWS.get(name)
    if kind is None or not getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET"):
        raise Http404
    if request.method == "HEAD":  # some ask so whether the address is there
        return HttpResponse()
    try:
        view = kind()
    except (AnymailConfigurationError, ImportError) as error:
        logger.warning("webhooks of %s are not set up here: %s", name, " ".join(str(error).split()))
        raise Http404 from None
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except RequestDataTooBig:
        return HttpResponse("Too long.\n", content_type="text/plain", status=413)
    except AnymailWebhookValidationFailure:
        logger.warning("a webhook of %s was refused: wrong secret or signature", name)
        if "Authorization" in request.headers:
            return HttpResponse("Refused.\n", content_type="text/plain", status=403)
        challenge = {"WWW-Authenticate": 'Basic realm="webhooks"'}
        return HttpResponse("Refused.\n", content_type="text/plain", status=401, headers=challenge)
    except UNREADABLE as error:
        logger.warning("a webhook of %s cannot be read: %s", name, type(error).__name__)
        return HttpResponse("This cannot be read.\n", content_type="text/plain", status=400)
    for event in events:
        tracking.send(sender=kind, event=event, esp_name=view.esp_name)
    return HttpResponse()


@receiver(tracking)
def received(sender: Any, event: AnymailTrackingEvent, **kwargs: Any) -> None:
    meant = meaning(event)
    if meant is None:
        return
    at = event.timestamp or timezone.now()
    reader = _reader_at(event.recipient)
    delivery = _delivery_of(event)
    if delivery is None and reader is not None:
        delivery = last_delivery(reader, at)
    elif delivery is not None and not event.recipient:
        reader = delivery.reader
    if meant == EventType.UNSUBSCRIBED:
        came_back = reader is not None and reader.confirmed_at is not None and at < reader.confirmed_at
        left = reader is not None and not came_back and consent.unsubscribe(reader, Source.MAIL)
        if left and delivery is not None:
            Delivery.objects.filter(pk=delivery.pk).update(unsubscribed_at=at)
        return
    record(cast(Kind, meant), delivery, reader, at, _reason(event))


def meaning(event: AnymailTrackingEvent) -> Kind | str | None:
    """A kind of bounce, EventType.UNSUBSCRIBED, or None for what is not our business, such as who opened a mail."""
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        return Kind.COMPLAINT if event.event_type == EventType.COMPLAINED else EventType.UNSUBSCRIBED
    if event.event_type == EventType.BOUNCED:
        return Kind.SOFT if _is_soft(event) else Kind.HARD
    if event.event_type != EventType.REJECTED:
        return None
    # The provider did not even try: it has a list of its own of addresses that it does not write to.
    return {
        RejectReason.INVALID: Kind.HARD,
        RejectReason.BOUNCED: Kind.HARD,
        RejectReason.SPAM: Kind.COMPLAINT,
        RejectReason.UNSUBSCRIBED: EventType.UNSUBSCRIBED,
    }.get(event.reject_reason, Kind.SOFT)


# Anymail does not say which bounces are soft; each provider does, in its own word.
_SOFT_WORDS = re.compile(r"soft|transient|undetermined|temporary|blocked|full|quota", re.IGNORECASE)
_SOFT_CLASSES = {"1", "20", "21", "22", "23", "24", "25", "40", "50", "51", "52", "53", "54", "70"}  # SparkPost's
_STATUS = re.compile(r"\b([45])\.(\d{1,3})\.\d{1,3}\b")  # RFC 3463
_REPLY = re.compile(r"\s*(?:smtp;\s*)?([45])\d\d\b")
# Of a mailbox (full), of the server or its network, of the message, of a policy: the address may be good.
_NOT_OF_ADDRESS = {"3", "4", "5", "6", "7"}


def _is_soft(event: AnymailTrackingEvent) -> bool:
    if event.reject_reason in (RejectReason.BLOCKED, RejectReason.TIMED_OUT, RejectReason.SPAM):
        return True
    raw = event.esp_event if hasattr(event.esp_event, "get") else {}
    if isinstance(raw.get("hard_bounce"), bool):  # Mailjet
        return not raw["hard_bounce"]
    if str(raw.get("bounce_class", "")) in _SOFT_CLASSES:
        return True
    words = [raw.get(name) for name in ("Type", "type", "event", "bounceType")] + [event.description]
    if any(isinstance(word, str) and _SOFT_WORDS.search(word) for word in words):
        return True
    response = str(event.mta_response or "")
    if status := _STATUS.search(response):
        return status[1] == "4" or status[2] in _NOT_OF_ADDRESS or status[0] == "5.2.2"
    reply = _REPLY.match(response)
    return reply is not None and reply[1] == "4"


def _delivery_of(event: AnymailTrackingEvent) -> Delivery | None:
    """By the number that we gave the provider along with the mail, else by its Message-ID."""
    ours = Delivery.objects.select_related("reader")
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    number = str(metadata.get("delivery", ""))
    if number.isascii() and number.isdigit() and len(number) < 19:
        return ours.filter(pk=int(number)).first()
    bare = str(event.message_id or "").strip().strip("<>")
    if not bare.isprintable():
        return None
    return ours.filter(message_id__in=(bare, f"<{bare}>")).first() if bare else None


def _reader_at(recipient: Any) -> Reader | None:
    try:
        return Reader.objects.filter(normalised=same(normalise(str(recipient or "")))).first()
    except ValidationError:
        return None


def _reason(event: AnymailTrackingEvent) -> str:
    """In the provider's words, on one line."""
    told = str(event.mta_response or event.description or event.reject_reason or "")
    return " ".join("".join(char if char.isprintable() else " " for char in told).split())
