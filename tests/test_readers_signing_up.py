"""Signing up for the e-bulletin: what is sent, what is recorded, and that nobody learns who is known already."""

import datetime
import json
import logging
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletins.models import BulletinIndexPage
from bulletins.readers import consent, signing_up
from bulletins.readers.erasing import erase
from bulletins.readers.models import Consent, ConsentEvent, ForgottenAddress, Reader, Reason, SignUp, Source, State
from caching import version
from core.rate_limits import LimitedUse
from home.models import HomePage
from tests.asking import problems, value_of
from tests.factories import area
from tests.readers import ADA, OURS, link_in, reader, send_form, sign_up, stamped
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db
FORM = "/bulletins/subscribe/"


@pytest.fixture
def archive(home: HomePage) -> BulletinIndexPage:
    page = BulletinIndexPage(title="E-bulletins", slug="bulletins")
    home.add_child(instance=page)
    return page


# From the form to the list


def test_a_reader_signs_up_and_confirms(home: HomePage, client: Client, sink: Sink) -> None:
    response = sign_up(client, area=[area("prisons").slug, area("advice").slug])
    assert (response.status_code, response["Location"]) == (303, "/bulletins/subscribe/sent/")
    assert client.get(response["Location"]).status_code == 200
    (message,) = sink.mails
    assert sink.envelopes[0][1] == [ADA]
    assert message["To"] == ADA
    assert message["Subject"] == "Confirm that you want our e-bulletin: Common Practice"
    assert message["Message-ID"]
    assert message["List-Id"] == "Common Practice <bulletin.testserver>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://testserver/bulletins/unsubscribe/\S+/>", message["List-Unsubscribe"].strip())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    (one,) = Reader.objects.all()
    assert one.state == State.PENDING
    link = link_in(message.get_content(), "confirm")
    page = client.get(link).content.decode()
    assert "Yes, send me the e-bulletin" in page
    assert "Prisons" in page
    one.refresh_from_db()
    assert one.state == State.PENDING, "a mail scanner follows links: GET changes nothing"
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (303, link)
    assert "You get the e-bulletin" in client.get(link).content.decode()
    one.refresh_from_db()
    assert (one.state, one.came_by) == (State.CONFIRMED, Source.FORM)
    assert sorted(one.areas.values_list("slug", flat=True)) == ["advice", "prisons"]
    record = list(Consent.objects.order_by("pk").values_list("act", "how", "words"))
    words = "Yes, send me the e-bulletin of Common Practice by mail. I can unsubscribe at any time."
    assert record == [(ConsentEvent.ASKED, Source.FORM, words), (ConsentEvent.CONFIRMED, Source.MAIL, words)]
    assert words in unescape(client.get(FORM).content.decode()), "what is recorded is what stood there"
    assert not SignUp.objects.exists()
    assert not client.cookies


def test_nothing_of_the_network_is_kept(home: HomePage, client: Client) -> None:
    sign_up(client, remote="198.51.100.77")
    for model in (Reader, Consent, LimitedUse):
        assert "198.51.100.77" not in str(list(model.objects.values()))


def test_the_form_stands_on_the_archive_and_works_without_a_cookie(archive: BulletinIndexPage, client: Client) -> None:
    for address in ("/bulletins/", FORM):
        response = client.get(address)
        html = response.content.decode()
        assert response.status_code == 200
        assert 'action="/bulletins/subscribe/"' in html
        assert not response.cookies
        assert sign_up(Client(enforce_csrf_checks=True), stamp=stamped()).status_code == 303
    assert client.get(FORM)["Cache-Control"] == "no-store"
    assert "csrfmiddlewaretoken" not in html


# Nothing can be learnt from outside


def known() -> dict[str, str]:
    """An address in every state there is."""
    reader("pending@example.com", State.PENDING)
    reader("confirmed@example.com")
    reader("unsubscribed@example.com", State.UNSUBSCRIBED)
    for reason in Reason:
        reader(f"{reason}@example.com", State.SUPPRESSED, reason=reason)
    erase(reader("erased@example.com"))
    erase(reader("erased-complaint@example.com", State.SUPPRESSED, reason=Reason.COMPLAINT))
    reader("limited@example.com", State.PENDING)
    names = ("new", "pending", "confirmed", "unsubscribed", *Reason.values, "erased", "erased-complaint", "limited")
    return {name: f"{name}@example.com" for name in names}


@pytest.mark.dialect
def test_every_address_gets_the_same_answer_for_the_same_work(home: HomePage, client: Client) -> None:
    addresses = known()
    for _ in range(5):
        sign_up(client, addresses["limited"])
    client.get(FORM)
    answers: dict[str, object] = {}
    work: dict[str, list[str]] = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            response = send_form(client, email=address, remote=f"192.0.2.{len(answers) + 10}")
        headers = {key: value for key, value in response.items() if key != "Date"}
        answers[name] = (response.status_code, str(headers), response.content)
        work[name] = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
    assert len(set(answers.values())) == 1
    assert all(one == work["new"] for one in work.values()), "the same queries, so about the same time"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("new", "Confirm"),
        ("pending", "Confirm"),
        ("confirmed", "You get our e-bulletin already"),
        ("unsubscribed", "Confirm"),
        ("bounce", "Confirm"),
        ("refused", "Confirm"),
        ("complaint", ""),
        ("erased", "Confirm"),
        ("erased-complaint", ""),
    ],
)
def test_what_is_known_shows_only_in_the_mailbox(home: HomePage, client: Client, name: str, subject: str) -> None:
    address = known()[name]
    sign_up(client, address)
    assert [message.to for message in mail.outbox] == ([[address]] if subject else [])
    if subject:
        assert mail.outbox[0].subject.startswith(subject)
    if subject == "Confirm":
        before = Reader.find(address)
        assert before
        assert before.state != State.CONFIRMED
        client.post(link_in(mail.outbox[0].body, "confirm"))
        before.refresh_from_db()
        assert (before.state, before.reason) == (State.CONFIRMED, "")
        assert not ForgottenAddress.of(address).exists()


def test_a_stranger_changes_nothing_for_a_confirmed_reader(home: HomePage, client: Client) -> None:
    one = reader()
    one.areas.set([area("advice")])
    sign_up(client, "ADA@EXAMPLE.COM", area=[area("prisons").slug])
    one.refresh_from_db()
    assert (one.state, one.address) == (State.CONFIRMED, ADA)
    assert list(one.areas.values_list("slug", flat=True)) == ["advice"]
    assert Reader.objects.count() == 1
    preferences = client.get(link_in(mail.outbox[0].body, "preferences"))
    assert "It comes to ada@example.com" in preferences.content.decode()


@pytest.mark.dialect
def test_three_mails_a_day_to_an_address_whoever_asks(home: HomePage, client: Client) -> None:
    spellings = ["ada@example.com", "Ada@example.com", "ADA@EXAMPLE.COM", "ada@Example.com", " ada@example.com "]
    answers = {sign_up(client, each, remote=f"192.0.2.{n}").status_code for n, each in enumerate(spellings)}
    assert answers == {303}
    assert len(mail.outbox) == 3
    sign_up(client, "bob@example.com")
    assert len(mail.outbox) == 4
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        sign_up(client)
    assert len(mail.outbox) == 5
    assert not SignUp.objects.exists()


@pytest.mark.dialect
def test_many_from_one_network_are_asked_to_wait(home: HomePage, client: Client) -> None:
    for number in range(20):
        assert send_form(client, email=f"r{number}@example.com").status_code == 303
    last = send_form(client, email="r20@example.com")
    assert last.status_code == 429
    assert 3500 < int(last["Retry-After"]) <= 3600
    assert value_of(last, "email") == "r20@example.com"
    assert SignUp.objects.count() == 20
    assert send_form(client, email="r20@example.com", remote="192.0.2.2").status_code == 303


# Mail that is down, workers that die


def test_a_sign_up_waits_until_mail_works_again(
    home: HomePage, client: Client, sink: Sink, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert sign_up(client).status_code == 303
    signing_up.answer_waiting()
    assert SignUp.objects.count() == 1
    assert ADA not in caplog.text
    settings.EMAIL_PORT = working
    signing_up.answer_waiting()
    assert sink.mails == [], "another process may be at it: it is tried again after ten minutes"
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=11)):
        call_command("jobs")
        call_command("jobs")
    assert len(sink.mails) == 1
    assert not SignUp.objects.exists()
    assert Consent.objects.count() == 1


def test_what_cannot_be_answered_for_a_day_is_dropped(home: HomePage, client: Client) -> None:
    send_form(client)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        signing_up.answer_waiting()
    assert not SignUp.objects.exists()
    assert mail.outbox == []


def test_the_worker_is_told_no_address(home: HomePage, client: Client, django_capture_on_commit_callbacks: Any) -> None:
    from django_tasks_db.models import DBTaskResult

    with django_capture_on_commit_callbacks(execute=True):
        send_form(client)
    (task,) = DBTaskResult.objects.all()
    assert "example.com" not in json.dumps(task.args_kwargs)
    signing_up.answer(task.args_kwargs["args"][0])
    signing_up.answer(task.args_kwargs["args"][0])
    assert len(mail.outbox) == 1


@pytest.mark.dialect
def test_signing_up_does_not_empty_the_page_cache(committed: None, client: Client) -> None:
    from tests.factories import home_page

    home_page()
    chosen = area("prisons")
    before = version.current()
    sign_up(client, area=[chosen.slug])
    client.post(link_in(mail.outbox[0].body, "confirm"))
    one = Reader.objects.get()
    one.areas.set([])
    consent.unsubscribe(one, Source.MAIL)
    erase(one)
    assert version.current() == before


# What is written in the form


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "", "Enter your mail address."),
        ("email", "ada", "Enter a mail address such as name@example.org."),
        ("email", "a\0b@example.com", "Enter a mail address such as"),
        ("email", "a@example.com\nBcc: b@example.com", "Enter a mail address such as"),
        ("email", "a" * 5000 + "@example.com", "That is too long for a mail address."),
        ("consent", "", "Tick the box"),
        ("area", ["no-such-area"], "One of the service areas is not in our list any more."),
        ("area", ["prisons", "\0", "x" * 5000], "One of the service areas is not in our list any more."),
    ],
)
def test_an_error_is_told_at_its_field_and_above(
    home: HomePage, client: Client, field: str, value: Any, said: str
) -> None:
    area("prisons")
    response = send_form(client, **{field: value})
    assert response.status_code == 200
    html = response.content.decode()
    assert "<title>Error: " in html
    assert said in problems(response)
    assert f'<a href="#id_{field}">' in html
    assert f'id="id_{field}"' in html
    if field != "email":
        assert value_of(response, "email") == ADA
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "http://other.example"}])
def test_only_a_page_of_ours_may_send(home: HomePage, client: Client, headers: dict[str, str]) -> None:
    response = send_form(client, headers)
    assert response.status_code == 403
    assert ADA not in response.content.decode()
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"website": "http://spam.example"}, "cannot see"),
        ({"stamp": "x"}, "open for too long"),
        ({"stamp": ""}, "open for too long"),
    ],
)
def test_programs_are_asked_again(home: HomePage, client: Client, changes: dict[str, str], said: str) -> None:
    chosen = area("prisons").slug
    response = send_form(client, area=[chosen], **changes)
    assert said in problems(response)
    assert value_of(response, "email") == ADA
    assert re.search(rf'value="{chosen}"[^>]* checked', response.content.decode())
    assert not SignUp.objects.exists()


def test_a_merged_area_s_old_slug_still_chooses(home: HomePage, client: Client) -> None:
    from taxonomy.merging import merge

    old, new = area("gaols"), area("prisons")
    merge(old, new)
    sign_up(client, area=["gaols", "prisons"])
    assert list(Reader.objects.get().areas.all()) == [new]


@pytest.mark.dialect
def test_a_reader_s_choice_follows_a_merge_and_a_retirement(home: HomePage) -> None:
    from taxonomy.merging import merge

    old, new = area("gaols"), area("prisons")
    one, both = reader(), reader("bob@example.com")
    one.areas.set([old])
    both.areas.set([old, new])
    merge(old, new)
    assert list(one.areas.all()) == list(both.areas.all()) == [new]


@given(email=st.text(), areas=st.lists(st.text(), max_size=3), consented=st.text(max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(home: HomePage, client: Client, email: str, areas: list[str], consented: str) -> None:
    LimitedUse.objects.all().delete()
    sent = [text.encode("utf-8", "replace").decode() for text in (email, *areas)]
    response = send_form(client, email=sent[0], area=sent[1:], consent=consented.encode("utf-8", "replace").decode())
    assert response.status_code in (200, 303)


@pytest.mark.dialect
def test_any_bytes_are_answered(home: HomePage, client: Client) -> None:
    logging.disable(logging.CRITICAL)
    try:
        for charset in ("hex", "utf-7", "nonsense", "raw_unicode_escape"):
            kind = f"application/x-www-form-urlencoded; charset={charset}"
            for body in (b"email=%ff%fe&area=%00&area=%ed%a0%80", b"", b"&" * 5000):
                assert client.generic("POST", FORM, body, kind, headers=OURS).status_code == 200
    finally:
        logging.disable(logging.NOTSET)
    assert client.put(FORM).status_code == 405


def test_queries_do_not_grow(home: HomePage, client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        area(f"area-{number}", group=f"group-{number % 3}")
    client.get(FORM)
    with django_assert_max_num_queries(14):
        send_form(client, area=[f"area-{number}" for number in range(12)])
