"""What comes back from a mail: visits are counted without anybody being known, and who leaves is counted for the issue."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bulletins.campaign import marked, without_mark
from bulletins.models import BulletinPage
from bulletins.readers.models import Consent, Reader, Source, State
from bulletins.rendering import letter_for, message
from bulletins.sending.models import Delivery, Sending, Visit
from bulletins.sending.visits import links
from search.embedded.engine import EmbeddedEngine
from tests.bulletins.sending.books import delivery, sending
from tests.readers import reader

# Visits are counted, and pages kept, for a day: not one of these tests may see two.
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-07-01T12:00Z")]


def number(of: Sending) -> int:
    return sum(Visit.objects.filter(sending=of).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://testserver/a/", "http://testserver/a/?from=bulletin-7"),
        ("http://testserver", "http://testserver/?from=bulletin-7"),
        ("http://testserver/search/?q=a&area=b#top", "http://testserver/search/?q=a&area=b&from=bulletin-7#top"),
        ("http://testserver/a/?from=bulletin-6", "http://testserver/a/?from=bulletin-6"),
        ("http://testserver/media/picture.jpg", "http://testserver/media/picture.jpg"),
        ("http://testserver.example.org/a/", "http://testserver.example.org/a/"),
        ("https://example.org/?a=1", "https://example.org/?a=1"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
    ],
)
def test_only_links_to_our_pages_carry_the_mark(address: str, expected: str) -> None:
    assert marked(address, 7) == expected
    assert marked(address, None) == address


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=bulletin-7", ("", 7)),
        ("q=a&from=bulletin-7&area=b", ("q=a&area=b", 7)),
        ("from=elsewhere", ("from=elsewhere", None)),
        ("year_from=bulletin-7", ("year_from=bulletin-7", None)),
        ("from=bulletin-" + "9" * 40, ("from=bulletin-" + "9" * 40, None)),
        ("from=bulletin-%30", ("from=bulletin-%30", None)),
        ("", ("", None)),
    ],
)
def test_only_the_mark_is_taken_off(query: str, expected: Any) -> None:
    assert without_mark(query) == expected


@pytest.mark.dialect
def test_a_link_of_the_mail_is_counted_and_shows_its_page(
    issue_page: BulletinPage, index: EmbeddedEngine, client: Client
) -> None:
    sent = sending(issue_page)
    letter = letter_for(issue_page)
    mails = [
        message(letter, one.address, links(issue_page.pk, issue_page.full_url, one))
        for one in (reader("a@example.org"), reader("b@example.org"))
    ]
    found = [
        re.findall(rf'href="http://testserver(/[^"]*from=bulletin-{issue_page.pk})"', str(mail.alternatives[0][0]))
        for mail in mails
    ]
    assert found[0] == found[1], "the same for all readers"
    assert any(link.startswith("/case-studies/plain/") for link in found[0])
    assert any(link.startswith("/bulletins/2007-winter/") for link in found[0]), "the link to the browser"
    for link in found[0]:
        response = client.get(link.replace("&amp;", "&"))
        assert response.status_code == 200
        assert not response.cookies
    assert number(sent) == len(found[0])
    assert list(Visit.objects.values_list("day", flat=True)) == [timezone.localdate()]


def test_a_marked_page_is_the_page_that_the_cache_holds(
    committed: None, issue_page: BulletinPage, client: Client, django_assert_max_num_queries: Any
) -> None:
    sent = sending(issue_page)
    client.get(issue_page.url)  # makes its pictures
    plain = client.get(issue_page.url)
    for expected, queries in ((1, 8), (2, 2)):
        with django_assert_max_num_queries(queries) as asked:
            response = client.get(f"{issue_page.url}?from=bulletin-{issue_page.pk}")
        assert response.content == plain.content
        assert response["ETag"] == plain["ETag"]
        assert not [one for one in asked if "wagtailcore_page" in one["sql"] and one["sql"].startswith("SELECT")]
        assert number(sent) == expected
    held = client.get(f"{issue_page.url}?from=bulletin-{issue_page.pk}", headers={"If-None-Match": plain["ETag"]})
    assert held.status_code == 304
    assert number(sent) == 3, "a visit, though nothing was sent again"
    client.get(issue_page.url)
    assert number(sent) == 3


def test_what_is_not_somebody_opening_a_page_is_not_counted(issue_page: BulletinPage, client: Client) -> None:
    sent = sending(issue_page)
    page = f"{issue_page.url}?from=bulletin-{issue_page.pk}"
    client.head(page)
    client.get(page, headers={"Sec-Purpose": "prefetch"})
    client.get(page, headers={"Sec-Fetch-Dest": "image"})
    client.get(f"/nowhere/?from=bulletin-{issue_page.pk}")
    client.get(page, secure=True)  # a mail scanner: no browser
    assert number(sent) == 0
    client.get(page, secure=True, headers={"Sec-Fetch-Dest": "document"})
    assert number(sent) == 1


def test_marks_of_nothing_count_nothing(issue_page: BulletinPage, client: Client) -> None:
    for mark in (issue_page.pk, 10**17, 0):
        assert client.get(f"{issue_page.url}?from=bulletin-{mark}").status_code == 200
    sending(issue_page, Sending.State.SCHEDULED)
    client.get(f"{issue_page.url}?from=bulletin-{issue_page.pk}")
    assert not Visit.objects.exists()


def test_the_preflight_and_the_web_page_know_no_mark(issue_page: BulletinPage, client: Client) -> None:
    assert "from=bulletin" not in client.get(issue_page.url).content.decode()


@pytest.fixture
def received(issue_page: BulletinPage) -> Delivery:
    return delivery(sending(issue_page), reader("ada@example.com"))


def left(received: Delivery) -> bool:
    received.refresh_from_db()
    return received.unsubscribed_at is not None


def path_of(address: str) -> str:
    return address.removeprefix("http://testserver")


def test_one_click_from_the_header_of_the_mail(issue_page: BulletinPage, received: Delivery) -> None:
    """RFC 8058 from end to end: what stands in the mail's header, and the request of the mail program."""
    assert received.reader
    mail = message(
        letter_for(issue_page), "ada@example.com", links(issue_page.pk, issue_page.full_url, received.reader)
    ).message()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<(http://testserver/\S+)>", str(mail["List-Unsubscribe"]))
    assert address
    # A stranger's program, from elsewhere, without cookies or referrer.
    stranger = Client(enforce_csrf_checks=True)
    for method in (stranger.get, stranger.head, stranger.options):
        method(path_of(address[1]))
        assert not left(received), "only a POST unsubscribes"
    response = stranger.post(path_of(address[1]), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert left(received)
    assert Reader.objects.get().state == State.UNSUBSCRIBED
    assert Consent.objects.get().how == Source.ONE_CLICK
    first = received.unsubscribed_at
    assert stranger.post(path_of(address[1]), {"List-Unsubscribe": "One-Click"}).status_code == 200
    received.refresh_from_db()
    assert received.unsubscribed_at == first


@pytest.mark.dialect
def test_leaving_by_the_pages_is_counted_for_the_issue(
    issue_page: BulletinPage, received: Delivery, client: Client
) -> None:
    assert received.reader
    own = links(issue_page.pk, issue_page.full_url, received.reader)
    page = client.get(path_of(own.unsubscribe)).content.decode()
    assert '<form method="post">' in page, "without an action it goes to the address with the issue"
    assert not left(received)
    client.post(path_of(own.unsubscribe))
    assert left(received)


def test_leaving_by_the_preferences_is_counted_too(
    issue_page: BulletinPage, received: Delivery, client: Client
) -> None:
    assert received.reader
    own = links(issue_page.pk, issue_page.full_url, received.reader)
    client.post(path_of(own.preferences), {"action": "unsubscribe"})
    assert left(received)


@pytest.mark.parametrize(
    "issue", ["", "?issue=", "?issue=x", "?issue=999", f"?issue={'9' * 40}", "?issue=%00", "?issue=²"]
)
def test_a_link_without_an_issue_unsubscribes_all_the_same(received: Delivery, client: Client, issue: str) -> None:
    assert received.reader
    address = path_of(links(1, "http://testserver/", received.reader).unsubscribe).split("?")[0]
    assert client.post(f"{address}{issue}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Reader.objects.get().state == State.UNSUBSCRIBED
    assert not left(received)
