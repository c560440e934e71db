"""Asking the contact of an example, as a reader's browser does it."""

import datetime
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import time_machine
from django.test import Client
from django.utils import timezone

from casestudies.asking import stamp_purpose
from casestudies.models import CaseStudyPage
from core.open_forms import stamp

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
CONTACT = "contact@provider.example"
URL = "/case-studies/asked/ask/"
OURS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
QUESTION = {
    "name": "Ada Reader",
    "email": "ada@example.com",
    "organisation": "A council",
    "question": "How did you word the contract?\n\nAnd who signed it?",
    "website": "",
}


def stamped(page: CaseStudyPage, seconds: float = 60) -> str:
    """The signed time of a form that was given out so long ago."""
    with time_machine.travel(timezone.now() - datetime.timedelta(seconds=seconds)):
        return stamp(stamp_purpose(page))


def ask(client: Client, page: CaseStudyPage, headers: dict[str, str] = OURS, /, **changes: Any) -> "Response":
    remote = changes.pop("remote", "192.0.2.1")
    form = QUESTION | {"stamp": stamped(page)} | changes
    return client.post(f"/case-studies/{page.slug}/ask/", form, headers=headers, REMOTE_ADDR=remote)


def sent(response: "Response") -> bool:
    return response.status_code == 303


def problems(response: "Response") -> str:
    found = re.search(r'class="error-summary".*?</div>', response.content.decode(), re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", found[0]).split())) if found else ""


def value_of(response: "Response", name: str) -> str:
    html = response.content.decode()
    found = re.search(rf'<input[^>]*name="{name}"[^>]*?(?: value="([^"]*)")', html) or re.search(
        rf'<textarea name="{name}"[^>]*>\n(.*?)</textarea>', html, re.DOTALL
    )
    return unescape(found[1]) if found else ""


def assert_kept(response: "Response") -> None:
    assert {name: value_of(response, name) for name in QUESTION} == QUESTION
