"""What the mail provider tells: nothing is believed without the secret, and nothing counts twice."""

import base64
import datetime
import hashlib
import hmac
import json
from typing import Any

import pytest
import time_machine
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from bulletins.models import BulletinPage
from bulletins.readers import consent
from bulletins.readers.models import Reader, Reason, Source, State
from bulletins.sending.bounces import Kind
from bulletins.sending.models import Delivery
from bulletins.sending.webhooks import VIEWS, meaning
from tests.bulletins.sending.books import delivery, sending
from tests.readers import reader

pytestmark = pytest.mark.django_db
SECRET = "provider:a-long-secret"
POSTMARK = "/anymail/postmark/tracking/"
ADDRESS = "ada@example.com"


@pytest.fixture(autouse=True)
def secret(settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "a-key-to-sign-with"}


@pytest.fixture
def received(issue_page: BulletinPage) -> Delivery:
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=2)):
        return delivery(sending(issue_page), reader(ADDRESS))


def basic(secret: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def bounce(received: Delivery | None = None, /, **values: Any) -> dict[str, Any]:
    """As Postmark says it."""
    told = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Email": ADDRESS,
        "BouncedAt": timezone.now().isoformat(),
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 no such user",
        "Metadata": {"delivery": str(received.pk)} if received else {},
    }
    return told | values


def tell(client: Client, told: Any, headers: dict[str, str] | None = None, address: str = POSTMARK) -> int:
    body = told if isinstance(told, (bytes, str)) else json.dumps(told)
    found = client.post(address, body, content_type="application/json", headers=headers or basic(SECRET))
    return found.status_code


def state() -> tuple[str, str]:
    return Reader.objects.values_list("state", "reason").get()


def test_a_hard_bounce_stops_mail_to_the_address(received: Delivery, client: Client) -> None:
    assert tell(client, bounce(received)) == 200
    received.refresh_from_db()
    assert (received.bounced, received.state) == (Kind.HARD, Delivery.State.SENT)
    assert received.bounced_at
    assert "5.1.1" in received.problem
    assert state() == (State.SUPPRESSED, Reason.BOUNCE)


def test_a_complaint_stops_mail_to_the_address(received: Delivery, client: Client) -> None:
    assert tell(client, bounce(received, RecordType="SpamComplaint", Type="SpamComplaint")) == 200
    received.refresh_from_db()
    assert received.complained_at
    assert state() == (State.SUPPRESSED, Reason.COMPLAINT)
    tell(client, bounce(received))
    assert state() == (State.SUPPRESSED, Reason.COMPLAINT), "it says more than a bounce"


def test_a_soft_bounce_is_counted_and_stops_nothing(received: Delivery, client: Client) -> None:
    assert tell(client, bounce(received, Type="SoftBounce")) == 200
    received.refresh_from_db()
    assert received.bounced == Kind.SOFT
    assert state() == (State.CONFIRMED, "")
    tell(client, bounce(received))
    received.refresh_from_db()
    assert received.bounced == Kind.HARD, "a soft one may turn out to be hard"


def test_leaving_at_the_provider_is_leaving(received: Delivery, client: Client) -> None:
    told = bounce(
        received, RecordType="SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression"
    )
    del told["Email"], told["BouncedAt"]
    assert tell(client, told | {"Recipient": ADDRESS, "ChangedAt": timezone.now().isoformat()}) == 200
    received.refresh_from_db()
    assert received.unsubscribed_at
    assert state() == (State.UNSUBSCRIBED, "")


def test_it_is_found_by_message_id_and_by_address(received: Delivery, client: Client) -> None:
    assert tell(client, bounce(MessageID=received.message_id.strip("<>"), Type="SoftBounce")) == 200
    received.refresh_from_db()
    assert received.bounced == Kind.SOFT
    Delivery.objects.update(bounced="", bounced_at=None)
    assert tell(client, bounce(Type="SoftBounce", Email="ADA@Example.COM")) == 200
    received.refresh_from_db()
    assert received.bounced == Kind.SOFT


def test_a_late_notice_by_address_is_about_no_issue(received: Delivery, client: Client) -> None:
    later = (timezone.now() + datetime.timedelta(days=30)).isoformat()
    assert tell(client, bounce(BouncedAt=later)) == 200
    received.refresh_from_db()
    assert received.bounced == ""
    assert state() == (State.SUPPRESSED, Reason.BOUNCE)


@pytest.mark.parametrize(
    "told",
    [
        {"Metadata": {"delivery": "999999"}, "Email": "stranger@example.org"},
        {"Metadata": {"delivery": "9" * 40}, "Email": "stranger@example.org"},
        {"Metadata": {"delivery": "²"}, "MessageID": "a\0b", "Email": "not an address"},
        {"Metadata": {"delivery": None}, "MessageID": 5, "Email": None},
        {"Metadata": "text", "Email": ["a", "b"]},
        {"Metadata": {}, "MessageID": "", "Email": ""},
        {"Metadata": {}, "MessageID": "\ud800", "Email": "\ud800@example.org"},
    ],
)
def test_what_is_not_known_changes_nothing(received: Delivery, client: Client, told: dict[str, Any]) -> None:
    assert tell(client, bounce(**told)) in (200, 400)
    received.refresh_from_db()
    assert received.bounced == ""
    assert state() == (State.CONFIRMED, "")


def test_a_bounce_of_another_address_stops_only_that(received: Delivery, client: Client) -> None:
    """The reader has changed address since: what came back came back from the old one."""
    tell(client, bounce(received, Email="old@example.com"))
    received.refresh_from_db()
    assert received.bounced == Kind.HARD
    assert state() == (State.CONFIRMED, "")


def test_an_erased_reader_stays_erased_and_the_figures_right(received: Delivery, client: Client) -> None:
    Reader.objects.all().delete()
    assert tell(client, bounce(received)) == 200
    received.refresh_from_db()
    assert received.bounced == Kind.HARD
    assert not Reader.objects.exists()


def test_a_replay_does_not_stop_who_came_back(received: Delivery, client: Client) -> None:
    told = bounce(received)
    complaint = bounce(RecordType="SpamComplaint", Type="SpamComplaint", Metadata={})
    tell(client, told)
    consent.subscribe(Reader.objects.get(), Source.FORM)
    for again in (told, bounce(**{**told, "Metadata": {}}), complaint):
        assert tell(client, again) == 200
    assert state() == (State.CONFIRMED, "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"X-Nothing": "1"}, 401), (basic("provider:wrong"), 403), (basic(""), 403), ({"Authorization": "Basic §"}, 403)],
)
def test_without_the_secret_nothing_is_believed(
    received: Delivery, client: Client, headers: dict[str, str], status: int
) -> None:
    assert tell(client, bounce(received), headers) == status
    received.refresh_from_db()
    assert received.bounced == ""
    assert state() == (State.CONFIRMED, "")


@pytest.mark.parametrize("anymail", [{}, {"WEBHOOK_SECRET": ""}, {"WEBHOOK_SECRET": None}])
def test_without_a_secret_of_ours_there_is_no_such_address(
    received: Delivery, client: Client, settings: LazySettings, anymail: dict[str, Any]
) -> None:
    settings.ANYMAIL = anymail
    assert tell(client, bounce(received)) == 404
    assert client.head(POSTMARK).status_code == 404


def mailgun(received: Delivery, key: str) -> dict[str, Any]:
    token, now = "t" * 50, str(int(timezone.now().timestamp()))
    digest = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": now, "token": token, "signature": digest},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "timestamp": timezone.now().timestamp(),
            "recipient": ADDRESS,
            "message": {"headers": {"message-id": received.message_id.strip("<>")}},
            "user-variables": {},
            "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
        },
    }


@pytest.mark.parametrize(("key", "status"), [("a-key-to-sign-with", 200), ("another-key", 403)])
def test_a_provider_that_signs_is_checked_by_its_signature_too(
    received: Delivery, client: Client, key: str, status: int
) -> None:
    assert tell(client, mailgun(received, key), address="/anymail/mailgun/tracking/") == status
    received.refresh_from_db()
    assert received.bounced == (Kind.HARD if status == 200 else "")


BROKEN = [b"", b"{", b"[]", b"null", b'"a"', b"\xff\xfe", b"[[1]]", b'[{"event": 1}]', b'{"a": 1}']
# These take a key of their own, or a package that only those who use them need.
NOT_SET_UP = {"amazon_ses", "mailersend", "postal", "unisender_go"}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_no_body_breaks_it(client: Client, name: str) -> None:
    for body in BROKEN:
        status = tell(client, body, address=f"/anymail/{name}/tracking/")
        assert status in ((404,) if name in NOT_SET_UP else (200, 400, 403)), body


def test_what_is_too_long_is_refused(received: Delivery, client: Client) -> None:
    assert tell(client, bounce(received, Details="x" * 3_000_000)) == 413
    assert state() == (State.CONFIRMED, "")


def test_only_posts_to_providers_we_know(client: Client) -> None:
    assert client.get(POSTMARK).status_code == 405
    assert client.head(POSTMARK).status_code == 200
    assert tell(client, {}, address="/anymail/nobody/tracking/") == 404
    assert tell(client, {}, address="/anymail/postmark/inbound/") == 404


def test_what_people_read_is_not_our_business(
    received: Delivery, client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        for kind in ("Open", "Click", "Delivery"):
            assert tell(client, bounce(received, RecordType=kind)) == 200


def event(**values: Any) -> AnymailTrackingEvent:
    return AnymailTrackingEvent(**({"event_type": EventType.BOUNCED, "reject_reason": RejectReason.BOUNCED} | values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Kind.HARD),
        ({"mta_response": "550 5.1.1 unknown"}, Kind.HARD),
        ({"mta_response": "552 5.2.2 mailbox full"}, Kind.SOFT),
        ({"mta_response": "451 4.3.0 try later"}, Kind.SOFT),
        ({"mta_response": "smtp; 450 busy"}, Kind.SOFT),
        ({"mta_response": "550 5.7.1 refused by policy"}, Kind.SOFT),
        ({"description": "Transient: MailboxFull"}, Kind.SOFT),  # Amazon SES
        ({"description": "Permanent: General"}, Kind.HARD),
        ({"esp_event": {"event": "soft_bounce"}}, Kind.SOFT),  # Brevo
        ({"esp_event": {"hard_bounce": True}, "description": "full"}, Kind.HARD),  # Mailjet
        ({"esp_event": {"hard_bounce": False}}, Kind.SOFT),
        ({"esp_event": {"bounce_class": "22"}}, Kind.SOFT),  # SparkPost
        ({"esp_event": {"bounce_class": "10"}, "reject_reason": RejectReason.INVALID}, Kind.HARD),
        ({"esp_event": {"type": "blocked"}}, Kind.SOFT),  # SendGrid
        ({"event_type": EventType.REJECTED, "reject_reason": RejectReason.SPAM}, Kind.COMPLAINT),
        ({"event_type": EventType.REJECTED, "reject_reason": RejectReason.BLOCKED}, Kind.SOFT),
        ({"event_type": EventType.REJECTED, "reject_reason": RejectReason.BOUNCED}, Kind.HARD),
        ({"event_type": EventType.REJECTED, "reject_reason": RejectReason.UNSUBSCRIBED}, EventType.UNSUBSCRIBED),
        ({"event_type": EventType.DEFERRED}, None),
        ({"event_type": EventType.OPENED}, None),
    ],
)
def test_what_each_notice_means(values: dict[str, Any], expected: Any) -> None:
    assert meaning(event(**values)) == expected
