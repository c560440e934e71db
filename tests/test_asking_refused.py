"""Which questions are not passed on: those from elsewhere, by programs, too many, or while mail is down."""

import datetime
import re
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.relayed import RelayedQuestion
from core import open_forms
from core.rate_limits import LimitedUse
from tests.factories import case_study
from tests.smtp_sink import Sink

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
from tests.asking import CONTACT, OURS, URL, ask, assert_kept, problems, sent, stamped, value_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (OURS, True),
        ({"Origin": "http://testserver"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Referer": "http://testserver/case-studies/asked/ask/"}, True),
        ({}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://other.example"}, False),
        ({"Origin": "https://testserver"}, False),
        ({"Origin": "http://testserver.other.example"}, False),
        ({"Referer": "http://other.example/http://testserver/"}, False),
        ({"Referer": "http://[testserver/"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://other.example", "Referer": "http://testserver/"}, False),
    ],
)
def test_only_a_page_of_ours_may_send(
    example_page: CaseStudyPage, client: Client, headers: dict[str, str], expected: bool
) -> None:
    response = ask(client, example_page, headers)
    assert sent(response) is expected
    assert len(mail.outbox) == expected
    if not expected:
        assert response.status_code == 403
        assert "Nothing was sent" in problems(response)
        assert "Ada" not in response.content.decode(), "what another site wrote is not offered for sending"


def test_a_form_without_a_token_works_where_tokens_are_checked(example_page: CaseStudyPage) -> None:
    assert sent(ask(Client(enforce_csrf_checks=True), example_page))


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "faster than a person"), (-60, "faster than"), (6 * 3600 + 5, "open for too long")]
)
def test_a_form_sent_too_soon_or_too_late_comes_back_with_everything_in_it(
    example_page: CaseStudyPage, client: Client, seconds: float, said: str
) -> None:
    response = ask(client, example_page, stamp=stamped(example_page, seconds))
    assert said in problems(response)
    assert_kept(response)
    assert mail.outbox == []
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=90)):
        assert sent(ask(client, example_page, stamp=value_of(response, "stamp")))


def test_who_wrote_for_too_long_may_send_again_at_once(example_page: CaseStudyPage, client: Client) -> None:
    response = ask(client, example_page, stamp=stamped(example_page, 30 * 24 * 3600))
    assert sent(ask(client, example_page, stamp=value_of(response, "stamp")))


def test_a_time_that_is_not_ours_or_of_another_form_does_not_count(
    example_page: CaseStudyPage, listing: CaseStudyIndexPage, client: Client
) -> None:
    other = case_study(listing, "Other", slug="other", contact_email=CONTACT)
    good = stamped(example_page)
    for wrong in ("", "x", "1:2", "1" + good, good[:-1], "9" * 5000, "\0", "é:é", stamped(other)):
        response = ask(client, example_page, stamp=wrong)
        assert "send it once more" in problems(response)
        assert_kept(response)
    assert mail.outbox == []


def test_what_fills_in_the_hidden_field_is_sent_back(example_page: CaseStudyPage, client: Client) -> None:
    html = client.get(URL).content.decode()
    hidden = re.search(r'<div class="visually-hidden" aria-hidden="true">.*?</div>', html, re.DOTALL)
    assert hidden
    assert 'tabindex="-1"' in hidden[0]
    response = ask(client, example_page, website="http://spam.example")
    assert "cannot see" in problems(response)
    assert_kept(response)
    assert mail.outbox == []


def many(client: Client, page: CaseStudyPage, number: int, **changes: Any) -> "list[Response]":
    """Asks so often, each time something else; {} in a change stands for the number of the time."""
    return [
        ask(client, page, question=f"Question {n}?", **{k: v.format(n) for k, v in changes.items()})
        for n in range(number)
    ]


def assert_limited(answers: "list[Response]", wait: int) -> None:
    assert all(map(sent, answers[:-1]))
    last = answers[-1]
    assert last.status_code == 429
    assert wait - 60 < int(last["Retry-After"]) <= wait
    assert "Nothing was sent" in problems(last)
    assert value_of(last, "question") == f"Question {len(answers) - 1}?"
    assert len(mail.outbox) == len(answers) - 1


@pytest.mark.parametrize("remote", ["192.0.2.1", "2001:db8:1:2::{}", "::ffff:192.0.2.1", "", "not an address"])
def test_three_an_hour_from_one_network(example_page: CaseStudyPage, client: Client, remote: str) -> None:
    assert_limited(many(client, example_page, 4, remote=remote, email="reader{}@example.com"), 3600)
    assert sent(ask(client, example_page, remote="2001:db8:1:3::1"))
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        assert sent(ask(client, example_page, remote=remote.format(9), question="Later?"))


def test_ten_a_day_for_one_example(example_page: CaseStudyPage, listing: CaseStudyIndexPage, client: Client) -> None:
    assert_limited(many(client, example_page, 11, remote="192.0.2.{}", email="reader{}@example.com"), 24 * 3600)
    other = case_study(listing, "Other", slug="other", contact_email=CONTACT)
    assert sent(ask(client, other))


def test_five_a_day_from_one_mail_address(example_page: CaseStudyPage, client: Client) -> None:
    assert_limited(many(client, example_page, 6, remote="192.0.2.{}", email="Ada@Example.com"), 24 * 3600)
    assert ask(client, example_page, remote="198.51.100.1", email="ada@example.COM").status_code == 429


def test_an_address_that_the_sender_claims_does_not_count(example_page: CaseStudyPage, client: Client) -> None:
    for number in range(4):
        headers = OURS | {"X-Forwarded-For": f"203.0.113.{number}"}
        answer = ask(client, example_page, headers, question=f"{number}?", email=f"reader{number}@example.com")
    assert answer.status_code == 429


def test_mail_that_fails_loses_nothing_and_counts_for_nothing(
    example_page: CaseStudyPage, client: Client, sink: Sink, settings: LazySettings
) -> None:
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _ in range(4):
        response = ask(client, example_page)
        assert response.status_code == 503
        assert response["Retry-After"] == "300"
        assert "Our mail is not working" in problems(response)
        assert_kept(response)
    assert set(RelayedQuestion.objects.values_list("sent", flat=True)) == {False}
    assert LimitedUse.objects.count() == 0
    settings.EMAIL_PORT = working
    assert sent(ask(client, example_page))
    assert len(sink.mails) == 1


def test_behind_proxies_only_what_they_wrote_counts(rf: RequestFactory, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.4, 192.0.2.7"}, REMOTE_ADDR="10.0.0.1")
    assert open_forms.network(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert open_forms.network(request) == "192.0.2.7"
    settings.TRUSTED_PROXIES = 2
    assert open_forms.network(request) == "198.51.100.4"
    assert open_forms.network(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "unknown"
