"""Readers of the e-bulletin, as tests need them."""

import datetime
import re
from typing import TYPE_CHECKING, Any

import time_machine
from django.test import Client
from django.utils import timezone

from bulletins.readers import signing_up
from bulletins.readers.addresses import same
from bulletins.readers.models import Reader, Reason, State
from bulletins.readers.views import STAMP
from core.open_forms import stamp

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

OURS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
ADA = "ada@example.com"


def stamped(seconds: float = 60) -> str:
    with time_machine.travel(timezone.now() - datetime.timedelta(seconds=seconds)):
        return stamp(STAMP)


def send_form(client: Client, headers: dict[str, str] = OURS, /, **changes: Any) -> "Response":
    """What a browser sends after the form was filled in; a minute was taken for it."""
    remote = changes.pop("remote", "192.0.2.1")
    form = {"email": ADA, "area": [], "consent": "on", "website": "", "stamp": stamped()} | changes
    return client.post("/bulletins/subscribe/", form, headers=headers, REMOTE_ADDR=remote)


def sign_up(client: Client, email: str = ADA, **changes: Any) -> "Response":
    """The form, and what the worker then does."""
    response = send_form(client, email=email, **changes)
    signing_up.answer_waiting()
    return response


def reader(address: str = ADA, state: State = State.CONFIRMED, **values: Any) -> Reader:
    now = timezone.now()
    times = {State.CONFIRMED: "confirmed_at", State.UNSUBSCRIBED: "unsubscribed_at", State.SUPPRESSED: "suppressed_at"}
    if state in times:
        values.setdefault(times[state], now)
    if state == State.SUPPRESSED:
        values.setdefault("reason", Reason.BOUNCE)
    return Reader.objects.create(address=address, normalised=same(address), state=state, **values)


def link_in(text: object, purpose: str) -> str:
    """The path of the link for this purpose in a mail."""
    found = re.search(rf"http://testserver(/bulletins/{purpose}/\S+/)", str(text))
    assert found, text
    return found[1]
