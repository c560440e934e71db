"""Asking the contact of an example: what is sent, what is refused, and what nobody gets to see."""

import datetime
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.presentation import ask_url
from casestudies.rows import Contact
from core.rate_limits import LimitedUse, forget_expired
from mail.models import OutgoingMail, RelayedQuestion
from mail.relay import KEPT, forget_old_questions
from search.embedded.engine import EmbeddedEngine
from tests.factories import case_study
from tests.smtp_sink import Sink

if TYPE_CHECKING:
    pass
from tests.asking import CONTACT, OURS, QUESTION, URL, ask, problems, send_form, sent, stamped, value_of

pytestmark = pytest.mark.django_db


# What is sent


def test_the_question_leaves_as_plain_mail_from_the_site_with_the_asker_to_reply_to(
    example_page: CaseStudyPage, sink: Sink, client: Client, settings: LazySettings
) -> None:
    long_line = "What did it cost? " * 200
    response = ask(client, example_page, question=f"Zoë asks: 日本 & <b>1 < 2</b>\n.\n{long_line}")
    assert sent(response)
    assert response["Location"] == "/case-studies/asked/ask/sent/"
    (message,) = sink.mails
    assert sink.envelopes == [("noreply@testserver", [CONTACT])]
    assert (message["From"], message["To"], message["Reply-To"]) == (
        settings.DEFAULT_FROM_EMAIL,
        CONTACT,
        "ada@example.com",
    )
    assert message["Subject"] == "A question about “Asked”"
    assert message["Auto-Submitted"] == "auto-generated", "no out-of-office reply gives the address away"
    assert message.get_content_type() == "text/plain"
    assert message["Cc"] is message["Bcc"] is None
    body = message.get_content().replace("\r\n", "\n")
    for said in ("Ada Reader", "A council", "ada@example.com", "http://testserver/case-studies/asked/", "Con Tact"):
        assert said in body
    assert f"> Zoë asks: 日本 & <b>1 < 2</b>\n> .\n> {long_line.strip()}" in body
    assert "As long as you do not answer, they do not see it" in body
    assert max(map(len, sink.raw[0].split(b"\r\n"))) <= 998


def test_what_is_recorded_names_nobody(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page))
    (record,) = RelayedQuestion.objects.values()
    assert record["page_id"] == example_page.pk
    assert OutgoingMail.objects.get().state == OutgoingMail.State.SENT
    stored = f"{record} {list(LimitedUse.objects.values())} {list(OutgoingMail.objects.values())}"
    for secret in ("Ada", "ada@", "council", "contract", "192.0.2.1", CONTACT):
        assert secret not in stored


def test_the_asker_gets_no_mail(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page))
    assert [message.recipients() for message in mail.outbox] == [[CONTACT]]
    page = client.get(f"{URL}sent/")
    assert page.status_code == 200
    assert "Your question is on its way" in page.content.decode()


@pytest.mark.dialect
def test_two_clicks_send_once(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page))
    assert sent(ask(client, example_page))
    assert len(mail.outbox) == 1
    assert sent(ask(client, example_page, question="Something else?"))
    assert len(mail.outbox) == 2


@pytest.mark.dialect
def test_the_second_click_is_not_told_that_it_was_sent_while_the_first_is_under_way(
    example_page: CaseStudyPage, client: Client
) -> None:
    assert sent(ask(client, example_page))
    RelayedQuestion.objects.all().delete()
    again = ask(client, example_page)
    assert again.status_code == 429
    assert "This question is already being sent" in problems(again)


# The page


def test_the_form_says_what_happens_and_may_be_kept_by_nobody(example_page: CaseStudyPage, client: Client) -> None:
    for address in (URL, f"{URL}sent/"):
        response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in response.content.decode()
    html = client.get(URL).content.decode()
    for said in (
        "We do not publish it, and we keep no copy once it is sent",
        "only if they reply",
        "For 90 days",
        "Con Tact",
    ):
        assert said in html
    for name, word in (("name", "name"), ("email", "email"), ("organisation", "organization"), ("website", "off")):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*autocomplete="{word}"', html)
    assert not ask(client, example_page).cookies


def test_no_one_is_asked_where_nobody_can_be(listing: CaseStudyIndexPage, client: Client) -> None:
    pages = {
        "draft": case_study(listing, "Draft", slug="draft", live=False, contact_email=CONTACT),
        "alone": case_study(listing, "Alone", slug="alone"),
        "private": case_study(listing, "Private", slug="private", contact_email=CONTACT),
        "open": case_study(listing, "Open", slug="open", contact_email=CONTACT),
    }
    PageViewRestriction.objects.create(page=pages["private"], restriction_type="login")
    answers = {slug: client.get(f"/case-studies/{slug}/ask/").status_code for slug in [*pages, "none", "a" * 3000]}
    assert answers == dict.fromkeys(answers, 404) | {"open": 200}
    assert client.get("/case-studies/private/ask/sent/").status_code == 404
    assert ask(client, pages["private"]).status_code == 404
    assert {slug: ask_url(page, page.contacts.all()) for slug, page in pages.items()} == dict.fromkeys(pages, "") | {
        "open": "/case-studies/open/ask/"
    }
    assert ask_url(CaseStudyPage(title="New"), [Contact(email=CONTACT)]) == ""
    assert client.put("/case-studies/open/ask/").status_code == 405


def test_the_contact_s_address_is_nowhere(
    example_page: CaseStudyPage, index: EmbeddedEngine, client: Client, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    index.sync()
    addresses = (URL, f"{URL}sent/", example_page.url, "/search/?q=asked", "/search/?q=asked&format=json")
    answers = [client.get(address) for address in addresses]
    answers.append(ask(client, example_page, email="wrong"))
    sink.refuses = True
    refused = ask(client, example_page)
    assert sent(refused)
    sink.refuses = False
    answers += [refused, *(ask(client, example_page, question=f"Number {number}") for number in range(4))]
    assert answers[-1].status_code == 429
    for answer in answers:
        assert "provider.example" not in f"{answer.headers}{answer.content.decode()}"
    assert CONTACT not in caplog.text
    # What an administrator is told.
    assert OutgoingMail.objects.get(state=OutgoingMail.State.FAILED).problem == "550 no such person: <…>"


def test_queries_are_few(
    example_page: CaseStudyPage, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(URL)
    for number in range(5):
        ask(client, example_page, question=f"{number}?", remote=f"192.0.2.{number}", email=f"{number}@example.com")
    with django_assert_max_num_queries(9):
        assert sent(send_form(client, example_page, remote="198.51.100.7"))


# What is written


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter your name."),
        ("name", "  \n ", "Enter your name."),
        ("name", "A\r\nBcc: victim@example.net", "Write this on one line"),
        ("name", "A\u2028B", "Write this on one line"),
        ("name", "A\0B", "not text"),
        ("name", "n" * 101, "Use at most 100 characters; there are 101."),
        ("email", "", "Enter your email address."),
        ("email", "nobody", "Enter an email address such as"),
        ("email", "a@example.com\nBcc: victim@example.net", "Enter an email address such as"),
        ("email", "a@example.com, b@example.com", "Enter an email address such as"),
        ("email", '"a\x0bb"@example.com', "Write this on one line"),
        ("email", "a" * 250 + "@example.com", "Use at most 254 characters"),
        ("organisation", "A\nB", "Write this on one line"),
        ("organisation", "o" * 100_000, "Use at most 160 characters"),
        ("question", "", "Write your question."),
        ("question", "A\0B", "not text"),
        ("question", "A\x1b[2JB", "not text"),
        ("question", "q" * 4001, "Use at most 4000 characters; there are 4001."),
    ],
)
def test_an_error_is_told_at_its_field_and_above(
    example_page: CaseStudyPage, client: Client, field: str, value: str, said: str
) -> None:
    response = ask(client, example_page, **{field: value})
    assert response.status_code == 200
    assert mail.outbox == []
    html = response.content.decode()
    assert "<title>Error: " in html
    assert said in problems(response)
    assert f'<a href="#id_{field}">' in html
    control = re.search(rf'<(?:input|textarea)[^>]*name="{field}"[^>]*>', html)
    assert control
    assert 'aria-invalid="true"' in control[0]
    assert re.search(rf'aria-describedby="[^"]*\bid_{field}_error"', control[0])
    assert said in unescape(html.split(f'id="id_{field}_error">')[1].split("</p>")[0])
    others = {name: text for name, text in QUESTION.items() if name != field}
    assert {name: value_of(response, name) for name in others} == others
    assert html.count('aria-invalid="true"') == 1


def test_lines_count_as_the_reader_s_browser_counts_them(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page, question="a\r\n" * 1999 + "bc"))


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "hex", "utf-7", "nonsense"])
def test_a_claimed_character_set_breaks_nothing(example_page: CaseStudyPage, client: Client, charset: str) -> None:
    fields = QUESTION | {"stamp": stamped(example_page), "name": "half \\ud800"}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    body = "".join([*parts, "--b--\r\n"]).encode()
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    response = client.generic("POST", URL, body, kind, headers=OURS)
    assert response.status_code in (200, 303)
    urlencoded = f"application/x-www-form-urlencoded; charset={charset}"
    for broken in (b"name=%ff%fe&email", b"", b"&" * 5000):
        assert client.generic("POST", URL, broken, urlencoded, headers=OURS).status_code == 200
    assert client.generic("POST", URL, b"--b", kind, headers=OURS).status_code in (200, 400)
    assert client.generic("POST", URL, b"&" * 20_000, urlencoded, headers=OURS).status_code == 400


def test_nothing_that_is_written_becomes_markup(example_page: CaseStudyPage, client: Client) -> None:
    nasty = '"></textarea><script>alert(1)</script>'
    html = ask(client, example_page, name=nasty, organisation=nasty, question=nasty, email=nasty).content.decode()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4


def test_what_a_word_processor_pastes_is_lines(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page, question="One\vtwo\fthree\x85four\u2028five\u2029six\r\nseven\reight"))
    for word in ("One", "two", "three", "four", "five", "six", "seven", "eight"):
        assert f"\n> {word}\n" in mail.outbox[0].body


@given(name=st.text(), question=st.text(), organisation=st.text())
@example(name="a\x85b", question="\u2029", organisation="\ud800")
@example(name="Å" * 100, question="؀\u202e", organisation="a\u200db")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_sent_on_or_refused(
    example_page: CaseStudyPage, client: Client, name: str, question: str, organisation: str
) -> None:
    LimitedUse.objects.all().delete()
    mail.outbox.clear()
    words = {"name": name, "question": question, "organisation": organisation}
    words = {key: value.encode("utf-8", "replace").decode() for key, value in words.items()}
    response = ask(client, example_page, **words)
    assert response.status_code in (200, 303)
    assert len(mail.outbox) == sent(response)
    if sent(response):
        head, _, body = mail.outbox[0].message().as_bytes().partition(b"\n\n")
        names = re.findall(rb"^([\w-]+):", head, re.MULTILINE)
        assert sorted(names) == sorted(set(names))
        assert b"bcc" not in names
        assert mail.outbox[0].body.count("Mail address:") == 1
        assert body


# What is forgotten


@pytest.mark.dialect
def test_records_are_deleted_after_90_days_and_counts_when_they_count_no_more(
    example_page: CaseStudyPage, client: Client
) -> None:
    assert sent(ask(client, example_page))
    now = timezone.now()
    with time_machine.travel(now + KEPT - datetime.timedelta(minutes=1)):
        assert forget_old_questions() == 0
    with time_machine.travel(now + datetime.timedelta(hours=2)):
        assert forget_expired() == 2
        assert LimitedUse.objects.count() == 2
    with time_machine.travel(now + KEPT + datetime.timedelta(minutes=1)):
        assert forget_expired() == 2
        assert forget_old_questions() == 1
    assert RelayedQuestion.objects.count() == 0


def test_a_page_with_records_can_be_deleted(example_page: CaseStudyPage, client: Client) -> None:
    assert sent(ask(client, example_page))
    example_page.delete()
    assert RelayedQuestion.objects.count() == 0
