"""The links in mails to readers: what each one opens, for how long, and that only a button does anything."""

import datetime
import json
import re
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bulletins.readers import consent, tokens
from bulletins.readers.erasing import IMPORTS_KEPT, PENDING_KEPT, UNSUBSCRIBED_KEPT, forget_old
from bulletins.readers.models import (
    Consent,
    ConsentEvent,
    ForgottenAddress,
    Reader,
    ReaderImport,
    Reason,
    RefusedLine,
    SignUp,
    Source,
    State,
)
from bulletins.readers.recipients import confirmed, links_for, list_headers
from home.models import HomePage
from tests.factories import area
from tests.readers import OURS, reader

pytestmark = pytest.mark.django_db
PURPOSES = (tokens.CONFIRM, tokens.PREFERENCES, tokens.UNSUBSCRIBE)


def path(one: Reader, purpose: str) -> str:
    return tokens.url(one, purpose).removeprefix("http://testserver")


def state(one: Reader) -> str:
    one.refresh_from_db()
    return one.state


# Unsubscribing


def test_a_link_asks_and_a_button_unsubscribes(home: HomePage, client: Client) -> None:
    one = reader()
    link = path(one, tokens.UNSUBSCRIBE)
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "Yes, unsubscribe" in page.content.decode()
    assert client.head(link).status_code == 200
    assert state(one) == State.CONFIRMED
    answer = Client(enforce_csrf_checks=True).post(link)
    assert (answer.status_code, answer["Location"]) == (303, link)
    assert state(one) == State.UNSUBSCRIBED
    assert "You are unsubscribed" in client.get(link).content.decode()
    assert client.post(link).status_code == 303
    (record,) = Consent.objects.all()
    assert (record.act, record.how) == (ConsentEvent.WITHDRAWN, Source.MAIL)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_one_click_answers_200_from_anywhere_and_twice(home: HomePage, kind: str) -> None:
    one = reader()
    body = b"List-Unsubscribe=One-Click"
    if "multipart" in kind:
        body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
        answer = client.generic("POST", path(one, tokens.UNSUBSCRIBE), body, kind, headers=headers)
        assert answer.status_code == 200
        assert not answer.cookies
    assert state(one) == State.UNSUBSCRIBED
    assert [record.how for record in Consent.objects.all()] == [Source.ONE_CLICK]


def test_a_link_to_unsubscribe_works_for_years_and_after_a_change_of_address(
    home: HomePage, client: Client, settings: LazySettings
) -> None:
    one = reader()
    link = path(one, tokens.UNSUBSCRIBE)
    Reader.objects.update(address="new@example.com", normalised="new@example.com")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    with time_machine.travel(timezone.now() + datetime.timedelta(days=3650)):
        assert client.post(link).status_code == 303
    assert state(one) == State.UNSUBSCRIBED


def test_a_suppressed_address_stays_suppressed(home: HomePage, client: Client) -> None:
    one = reader(state=State.SUPPRESSED, reason=Reason.COMPLAINT)
    assert client.post(path(one, tokens.UNSUBSCRIBE)).status_code == 303
    assert state(one) == State.SUPPRESSED


# Confirming


def test_a_confirmation_expires(home: HomePage, client: Client) -> None:
    one = reader(state=State.PENDING)
    link = path(one, tokens.CONFIRM)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8)):
        for answer in (client.get(link), client.post(link)):
            assert answer.status_code == 410
            assert "Sign up once more" in answer.content.decode()
    assert state(one) == State.PENDING
    with time_machine.travel(timezone.now() + datetime.timedelta(days=6)):
        assert client.post(link).status_code == 303
    assert state(one) == State.CONFIRMED


def test_an_old_confirmation_does_not_bring_back_who_left(home: HomePage, client: Client) -> None:
    one = reader(state=State.PENDING)
    link = path(one, tokens.CONFIRM)
    client.post(link)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        client.post(path(one, tokens.UNSUBSCRIBE))
        assert client.post(link).status_code == 410
    assert state(one) == State.UNSUBSCRIBED


# Preferences


def test_a_reader_chooses_areas_leaves_and_comes_back(home: HomePage, client: Client) -> None:
    one = reader()
    areas = [area("prisons"), area("advice", group="other")]
    link = path(one, tokens.PREFERENCES)
    html = client.get(link).content.decode()
    assert "It comes to ada@example.com" in html
    chosen = {"action": "areas", "area": ["prisons", "other"]}
    answer = client.post(link, chosen, headers=OURS)
    assert (answer.status_code, answer["Location"]) == (303, f"{link}?saved=areas")
    assert set(one.areas.all()) == {areas[0], areas[1].parent}
    html = client.get(answer["Location"]).content.decode()
    assert "Your choice is saved" in html
    assert len(re.findall(r'name="area"[^>]* checked', html)) == 2
    assert client.post(link, {"action": "areas"}).status_code == 303
    assert not one.areas.exists()
    client.post(link, {"action": "unsubscribe"})
    assert state(one) == State.UNSUBSCRIBED
    assert "Send it to me again" in client.get(link).content.decode()
    client.post(link, {"action": "subscribe"})
    assert state(one) == State.CONFIRMED
    assert one.unsubscribed_at is None
    acts = list(Consent.objects.order_by("pk").values_list("act", "how"))
    assert acts == [(ConsentEvent.WITHDRAWN, Source.PREFERENCES), (ConsentEvent.CONFIRMED, Source.PREFERENCES)]


def test_what_makes_no_sense_changes_nothing(home: HomePage, client: Client) -> None:
    one = reader()
    one.areas.set([area("prisons")])
    link = path(one, tokens.PREFERENCES)
    wrong = client.post(link, {"action": "areas", "area": ["prisons", "none", "\0"]})
    assert wrong.status_code == 200
    assert "Choose again" in wrong.content.decode()
    for action in ("", "erase", "\0", "x" * 5000):
        assert client.post(link, {"action": action}).status_code == 303
    assert one.areas.count() == 1
    assert state(one) == State.CONFIRMED


@pytest.mark.parametrize("reason", Reason.values)
def test_a_suppressed_reader_comes_back_by_a_link_of_their_own(home: HomePage, client: Client, reason: str) -> None:
    one = reader(state=State.SUPPRESSED, reason=reason)
    client.post(path(one, tokens.PREFERENCES), {"action": "subscribe"})
    assert (state(one), one.reason, one.suppressed_at) == (State.CONFIRMED, "", None)


def test_a_reader_gets_all_that_is_held(home: HomePage, client: Client) -> None:
    one = reader("zoë@xn--bcher-kva.example")
    one.areas.set([area("prisons", label="Prisons & gaols")])
    consent.subscribe(one, Source.MAIL, "these words")
    answer = client.get(path(one, tokens.PREFERENCES) + "data/")
    assert "attachment" in answer["Content-Disposition"]
    held = json.loads(answer.content)
    assert held["mail_address"] == "zoë@xn--bcher-kva.example"
    assert held["service_areas"] == ["Prisons & gaols"]
    assert held["consent_record"][0]["words"] == "these words"
    secret = {"id", "key", "normalised"}  # the number, the secret of the links, and the address again
    fields = {field.name for field in Reader._meta.get_fields() if field.concrete} - secret
    assert len(fields) == len(held) - len({"consent_record", "bulletins"}), (
        "a new field of a reader belongs into what they are given"
    )


# Erasure


def test_erasure_asks_and_leaves_only_a_hash(home: HomePage, client: Client) -> None:
    one = reader("Ada@example.com")
    one.areas.set([area("prisons")])
    consent.subscribe(one, Source.MAIL)
    SignUp.objects.create(address="Ada@example.com", words="")
    run = ReaderImport.objects.create(file_name="f", statement="s")
    RefusedLine.objects.create(run=run, line=2, reason="r", text="Ada@example.com")
    links = [path(one, purpose) for purpose in PURPOSES]
    erasing = path(one, tokens.PREFERENCES) + "erase/"
    assert "cannot be undone" in client.get(erasing).content.decode()
    assert Reader.objects.count() == 1
    answer = client.post(erasing)
    assert (answer.status_code, answer["Location"]) == (303, "/bulletins/preferences/erased/")
    assert "Your data is erased" in client.get(answer["Location"]).content.decode()
    for model in (Reader, Consent, SignUp, RefusedLine):
        assert not model.objects.exists()
    (left,) = ForgottenAddress.objects.values()
    assert "ada" not in str(left).lower().replace("databa", "")
    for link in [*links, erasing, links[1] + "data/"]:
        for dead in (client.get(link), client.post(link)):
            assert dead.status_code == 410
            assert "Sign up" in dead.content.decode()


# Links that lead nowhere


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_garbled_link_is_explained(home: HomePage, client: Client, purpose: str) -> None:
    one = reader(state=State.PENDING)
    good = tokens.token(one, purpose)
    others = [tokens.token(one, other) for other in PURPOSES if other != purpose]
    wrong = [*others, good[:-1], good[1:], good + "x", good.replace(".", ":"), one.key, str(one.pk), ".", "..x", "é.é"]
    for text in [*wrong, "%00", "%ff", "%ed%a0%80", "a" * 5000]:
        address = f"/bulletins/{purpose}/" + text + "/"
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 404, text
            assert "This link is not complete" in answer.content.decode()
            assert not answer.cookies
    assert state(one) == State.PENDING


@given(text=st.text(min_size=1))
@example(text="a.b.c")
@example(text="\ud800")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_token(db: None, text: str) -> None:
    one = Reader.objects.first() or reader()
    for purpose in PURPOSES:
        with pytest.raises(tokens.Garbled):
            tokens.reader_of(text, purpose)
        assert tokens.reader_of(tokens.token(one, purpose), purpose) == one


def test_pages_behind_links_are_kept_by_nobody(home: HomePage, client: Client) -> None:
    one = reader()
    addresses = [path(one, purpose) for purpose in PURPOSES]
    preferences = path(one, tokens.PREFERENCES)
    addresses += [f"{preferences}data/", f"{preferences}erase/", reverse("reader-erased"), reverse("reader-subscribed")]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "same-origin"
        assert not answer.cookies


# What is forgotten


def test_each_thing_is_forgotten_in_its_time(home: HomePage) -> None:
    now = timezone.now()
    pending, left = reader("p@example.com", State.PENDING), reader("u@example.com", State.UNSUBSCRIBED)
    again = reader("again@example.com", State.PENDING)
    Consent.objects.create(reader=again, act=ConsentEvent.ASKED, how=Source.FORM, at=now + PENDING_KEPT)
    stays = [reader("c@example.com"), reader("s@example.com", State.SUPPRESSED)]
    run = ReaderImport.objects.create(file_name="f", statement="s", step=ReaderImport.Step.DONE)
    ReaderImport.objects.create(file_name="f", statement="s", step=ReaderImport.Step.CHECKED, content=b"x")
    RefusedLine.objects.create(run=run, line=1, reason="r", text="t")
    hour = datetime.timedelta(hours=1)
    with time_machine.travel(now + min(PENDING_KEPT, IMPORTS_KEPT) - hour):
        forget_old()
        assert Reader.objects.count() == 5
        assert RefusedLine.objects.exists()
    with time_machine.travel(now + max(PENDING_KEPT, IMPORTS_KEPT) + hour):
        forget_old()
        assert not Reader.objects.filter(pk=pending.pk).exists()
        assert Reader.objects.filter(pk=again.pk).exists()
        assert not RefusedLine.objects.exists()
        assert list(ReaderImport.objects.all()) == [run]
        assert not ForgottenAddress.objects.exists(), "who never confirmed asked for nothing"
    with time_machine.travel(now + UNSUBSCRIBED_KEPT - hour):
        forget_old()
        assert Reader.objects.filter(pk=left.pk).exists()
    with time_machine.travel(now + UNSUBSCRIBED_KEPT + hour):
        forget_old()
    assert list(Reader.objects.order_by("pk")) == stays
    assert [row.why for row in ForgottenAddress.of("u@example.com")] == ["unsubscribed"]


# Who gets an issue


def test_an_issue_goes_to_whom_it_concerns(home: HomePage) -> None:
    prisons, advice = area("prisons", group="justice"), area("advice", group="help")
    chosen: dict[str, list[Any]] = {
        "all@example.com": [],
        "prisons@example.com": [prisons],
        "justice@example.com": [prisons.parent],
        "advice@example.com": [advice],
        "both@example.com": [advice, prisons],
    }
    for address, areas in chosen.items():
        reader(address).areas.set(areas)
    for number, other in enumerate((State.PENDING, State.UNSUBSCRIBED, State.SUPPRESSED)):
        reader(f"no{number}@example.com", other)
    assert {one.address for one in confirmed(set())} == set(chosen)
    concerned = {one.address.partition("@")[0] for one in confirmed({prisons.pk})}
    assert concerned == {"all", "prisons", "justice", "both"}


def test_links_and_headers_of_a_reader(home: HomePage, client: Client, django_assert_num_queries: Any) -> None:
    one = reader()
    with django_assert_num_queries(0):
        links = links_for(one)
        headers = list_headers(links_for(one).unsubscribe, "Zoë’s “bulletin”, <b>")
    assert client.get(links.preferences).status_code == client.get(links.unsubscribe).status_code == 200
    assert headers["List-Unsubscribe"] == f"<{links.unsubscribe}>"
    assert headers["List-Id"] == "=?utf-8?q?Zo=C3=AB_s_bulletin_b?= <bulletin.testserver>"
    assert all(value.isascii() and "\n" not in value for value in headers.values())
