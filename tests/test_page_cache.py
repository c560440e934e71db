"""The page cache: fast for readers, never stale, never anybody's private page."""

import gzip
from io import StringIO
from typing import Any

import brotli
import pytest
from django.conf import LazySettings
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageViewRestriction, Site

from caching.middleware import best_encoding
from caching.models import ContentVersion
from caching.version import begin_request, cached_per_version, content_changed, current, end_request
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from core.models import SiteSettings
from home.models import ContentPage
from search.engine import engine
from tests.factories import case_study

# Pages are kept for a day: not one of these tests may see two.
pytestmark = pytest.mark.time_machine("2027-07-01T12:00Z")


@pytest.fixture
def study(committed: None, listing: CaseStudyIndexPage) -> CaseStudyPage:
    found = case_study(listing, "First title", slug="first", summary="A summary.")
    SiteSettings.for_site(Site.objects.get(is_default_site=True))
    engine().rebuild()
    return found


def queries(client: Client, path: str, counter: Any) -> int:
    with counter(100) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_second_reader_costs_one_query(
    study: CaseStudyPage, client: Client, django_assert_max_num_queries: Any
) -> None:
    for path in ("/", study.url, "/case-studies/", "/search/?q=title", "/search/?q=title&format=json", "/feed/"):
        client.get(path)
        assert queries(client, path, django_assert_max_num_queries) == 1
    assert queries(client, f"{study.url}?another", django_assert_max_num_queries) > 1


def test_each_address_has_an_answer_of_its_own(study: CaseStudyPage, client: Client) -> None:
    assert client.get("/search/?q=title").content != client.get("/search/?q=other").content
    assert client.get("/search/?q=title").content == client.get("/search/?q=title").content


def test_what_a_proxy_calls_its_part_of_an_address_changes_no_kept_page(study: CaseStudyPage, client: Client) -> None:
    home = client.get("/", SCRIPT_NAME="/search").content
    assert client.get("/search/").content != home
    assert "Search" in client.get("/search/").content.decode()


@pytest.mark.dialect
def test_an_edit_is_seen_by_the_next_reader(study: CaseStudyPage, client: Client) -> None:
    paths = ("/", study.url, "/case-studies/", "/search/?area=advice", "/feed/")
    for path in paths:
        assert "First title" in client.get(path).content.decode()
    study.title = "Second title"
    study.save_revision().publish()
    for path in paths:
        text = client.get(path).content.decode()
        assert "Second title" in text, path
        assert "First title" not in text, path
    study.unpublish()
    assert client.get(study.url).status_code == 404
    for path in ("/", "/case-studies/", "/feed/"):
        assert "Second title" not in client.get(path).content.decode()


def test_everything_that_readers_see_empties_it(study: CaseStudyPage, client: Client) -> None:
    client.get("/")
    settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    settings.name = "Another name"
    settings.save()
    assert "Another name</span>" in client.get("/").content.decode()
    client.get(study.url)
    area = study.areas.get()
    area.label = "Advice and help"
    area.save()
    assert "Advice and help" in client.get(study.url).content.decode()
    PageViewRestriction.objects.create(page=study, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(study.url).status_code == 302


@pytest.mark.dialect
def test_a_draft_a_log_in_and_a_failed_transaction_leave_it_alone(study: CaseStudyPage, client: Client) -> None:
    client.get("/")
    before = current()
    study.title = "Only drafted"
    study.save_revision()
    user = User.objects.create_user("reader@example.org", "x")
    Client().force_login(user)
    with transaction.atomic():
        study.title = "Never saved"
        study.save()
        transaction.set_rollback(True)
    assert current() == before


@pytest.mark.dialect
def test_one_transaction_raises_the_version_once(study: CaseStudyPage) -> None:
    before = ContentVersion.objects.get().number
    with transaction.atomic():
        for _ in range(5):
            content_changed()
    assert ContentVersion.objects.get().number == before + 1


@pytest.mark.dialect
def test_a_page_rendered_before_an_edit_is_not_kept_for_after(
    study: CaseStudyPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit comes while the page is being made: whoever asks next must not get the old one."""
    original = CaseStudyPage.get_context

    def slow(self: CaseStudyPage, *args: Any, **kwargs: Any) -> Any:
        context = original(self, *args, **kwargs)
        monkeypatch.setattr(CaseStudyPage, "get_context", original)
        other = CaseStudyPage.objects.get(pk=study.pk)
        other.title = "Second title"
        other.save_revision().publish()
        return context

    monkeypatch.setattr(CaseStudyPage, "get_context", slow)
    assert "First title" in client.get(study.url).content.decode()
    assert "Second title" in client.get(study.url).content.decode()


def test_it_may_be_checked_and_kept_by_browsers(study: CaseStudyPage, client: Client) -> None:
    for _ in range(2):  # a miss and a hit
        response = client.get(study.url)
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert {"Accept-Encoding", "Cookie"} <= set(response["Vary"].split(", "))
        assert "Content-Security-Policy" in response
        for condition in (
            {"If-None-Match": response["ETag"]},
            {"If-Modified-Since": response["Last-Modified"]},
        ):
            again = client.get(study.url, headers=condition)
            assert (again.status_code, again.content) == (304, b"")
    etag = response["ETag"]
    assert client.get(study.url, headers={"If-None-Match": '"other"'}).status_code == 200
    case_study(study.get_parent(), "Unrelated")
    study.title = "Second title"
    study.save_revision().publish()
    changed = client.get(study.url, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("identity", ""),
        ("gzip;q=high", ""),
        ("GZIP;Q=1", "gzip"),
        (";;;,,=q", ""),
    ],
)
def test_the_encoding_is_what_the_reader_takes(accepted: str, encoding: str) -> None:
    assert best_encoding(accepted) == encoding


def test_pages_are_sent_compressed(study: CaseStudyPage, client: Client) -> None:
    plain = client.get(study.url)
    assert "Content-Encoding" not in plain
    etags = {plain["ETag"]}
    for encoding, unpack in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        for _ in range(2):
            packed = client.get(study.url, headers={"Accept-Encoding": encoding})
            assert packed["Content-Encoding"] == encoding
            assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2
            assert unpack(packed.content) == plain.content
        etags.add(packed["ETag"])
    assert len(etags) == 3
    assert "Content-Encoding" not in client.get("/admin/login/", headers={"Accept-Encoding": "gzip"})


def test_nothing_of_one_person_is_kept(study: CaseStudyPage, client: Client, admin_client: Client) -> None:
    for path in ("/admin/login/", "/_util/login/", "/nowhere/"):
        response = client.get(path, follow=True)
        assert "public" not in response.get("Cache-Control", "")
    # Somebody who is logged in neither fills the cache nor gets its pages.
    study.title = "Before"
    study.save_revision().publish()
    response = admin_client.get(study.url)
    assert "ETag" not in response
    assert "ETag" in Client().get(study.url)
    PageViewRestriction.objects.create(
        page=study, restriction_type=PageViewRestriction.PASSWORD, password="open sesame"
    )
    locked = client.get(study.url)
    assert "ETag" not in locked
    action = locked.context["action_url"]
    assert client.post(action, {"password": "open sesame", "return_url": study.url}).status_code == 302
    assert "Before" in client.get(study.url).content.decode()
    assert "Before" not in Client().get(study.url).content.decode()


def test_an_unknown_host_is_refused_as_ever(study: CaseStudyPage, client: Client) -> None:
    client.get("/")
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_head_is_answered_from_what_a_get_left(
    study: CaseStudyPage, client: Client, django_assert_max_num_queries: Any
) -> None:
    assert client.head("/").status_code == 200
    length = client.get("/")["Content-Length"]
    with django_assert_max_num_queries(1):
        head = client.head("/")
    assert (head.status_code, head["Content-Length"]) == (200, length)


class Away(LocMemCache):
    """What cannot be asked, and takes nothing."""

    def get(self, *args: Any, **options: Any) -> Any:
        raise ConnectionError

    def set(self, *args: Any, **options: Any) -> None:
        raise ConnectionError


@pytest.mark.dialect
def test_a_cache_that_is_away_and_a_database_without_the_table_break_nothing(
    study: CaseStudyPage, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": f"{__name__}.Away"}}
    for _ in range(2):
        assert "First title" in Client().get(study.url).content.decode()
    said = [record.getMessage() for record in caplog.records]
    assert said == ["the page cache cannot be read", "the page cache cannot be written"] * 2
    monkeypatch.setattr("caching.version.current", lambda: None)
    assert Client().get("/").status_code == 200


@pytest.mark.dialect
def test_what_is_remembered_ends_with_the_version(study: CaseStudyPage) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    begin_request()
    assert [cached_per_version("a", make), cached_per_version("a", make)] == [1, 1]
    with transaction.atomic():
        assert cached_per_version("a", make) == 2, "a transaction may see what nobody else does"
    content_changed()
    assert cached_per_version("a", make) == 1, "one request has one view"
    end_request()
    begin_request()
    assert cached_per_version("a", make) == 3
    end_request()
    assert cached_per_version("a", make) == 4, "outside a request nothing is remembered"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=40), accepted=st.text(st.characters(codec="latin-1"), max_size=40))
def test_no_address_or_header_breaks_it(committed: None, client: Client, query: str, accepted: str) -> None:
    response = client.get("/robots.txt", {"q": query}, headers={"Accept-Encoding": accepted})
    assert response.status_code == 200


def test_a_plain_page_too(committed: None, home: Page, client: Client) -> None:
    page = home.add_child(instance=ContentPage(title="Rules", slug="rules", body="<p>One</p>"))
    assert "One" in client.get("/rules/").content.decode()
    page.body = "<p>Two</p>"
    page.save_revision().publish()
    assert "Two" in client.get("/rules/").content.decode()


def put_back(row: ContentVersion, study: CaseStudyPage, title: str) -> None:
    """The database as it was when this row and this title were in it."""
    ContentVersion.objects.filter(pk=row.pk).update(number=row.number, changed_at=row.changed_at)
    CaseStudyPage.objects.filter(pk=study.pk).update(title=title)


def test_a_database_that_was_put_back_shows_nothing_of_what_came_after(
    study: CaseStudyPage, listing: CaseStudyIndexPage, client: Client
) -> None:
    """The versions are counted through a second time, with other content."""
    dumped = ContentVersion.objects.get()
    study.title = "After the dump"
    study.save()
    begin_request()
    assert cached_per_version("title", lambda: "After the dump") == "After the dump"
    end_request()
    assert "After the dump" in client.get(study.url).content.decode()
    number = ContentVersion.objects.get().number
    put_back(dumped, study, "First title")
    listing.title = "Other"  # another edit than the one before, which raises the version as far
    listing.save()
    while ContentVersion.objects.get().number < number:
        content_changed()
    assert ContentVersion.objects.get().number == number
    assert "After the dump" not in client.get(study.url).content.decode()
    begin_request()
    assert cached_per_version("title", lambda: "First title") == "First title"
    end_request()


def test_a_site_that_is_prepared_hands_out_nothing_from_before(
    study: CaseStudyPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the release before, or to somebody who knows a later day than that to which the database was put back."""
    monkeypatch.setattr("cop_site.management.commands.prepare.collect", lambda: None)
    client.get(study.url)
    CaseStudyPage.objects.filter(pk=study.pk).update(title="Second title")
    assert "First title" in client.get(study.url).content.decode()
    call_command("prepare", stdout=StringIO())
    assert "Second title" in client.get(study.url).content.decode()
