"""The archive of issues and the address of an issue."""

import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from bulletins.models import BulletinIndexPage, BulletinPage, Season, SentCopy, this_season, this_year
from tests.factories import bulletin

ATOM = "{http://www.w3.org/2005/Atom}"


def publish(page: BulletinPage) -> BulletinPage:
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def listed(client: Client, address: str = "/bulletins/") -> list[str]:
    context: Any = client.get(address).context
    return [issue.title for _, rows in context["years"] for issue in rows]


@pytest.mark.parametrize(
    ("day", "year", "season"),
    [
        ("2007-12-01", 2007, Season.WINTER),
        ("2008-02-29", 2007, Season.WINTER),
        ("2008-03-01", 2008, Season.SPRING),
        ("2008-06-30", 2008, Season.SUMMER),
        ("2008-11-30", 2008, Season.AUTUMN),
    ],
)
def test_a_new_issue_is_of_the_season_that_it_is(day: str, year: int, season: Season) -> None:
    with time_machine.travel(f"{day}T12:00Z"):
        assert (this_year(), this_season()) == (year, season)


def test_the_address_follows_year_and_season(archive: BulletinIndexPage) -> None:
    page = bulletin(archive)
    assert page.url == "/bulletins/2007-winter/"
    page.season = Season.AUTUMN
    page.save()
    assert (page.slug, BulletinPage.objects.get().url) == ("2007-autumn", "/bulletins/2007-autumn/")


def test_a_season_has_one_issue(archive: BulletinIndexPage) -> None:
    bulletin(archive, "The first")
    for live in (True, False):
        with pytest.raises(ValidationError) as refused:
            bulletin(archive, "The second", live=live)
        assert refused.value.message_dict == {"season": ["There is an issue for winter 2007 already: “The first”."]}


def test_newest_first_by_year(archive: BulletinIndexPage, client: Client) -> None:
    bulletin(archive, "Spring", season=Season.SPRING)
    bulletin(archive, "Winter", season=Season.WINTER)
    bulletin(archive, "Next year", year=2008, season=Season.SPRING)
    bulletin(archive, "Draft", year=2009, live=False)
    assert listed(client) == ["Next year", "Winter", "Spring"]
    assert [year for year, _ in client.get("/bulletins/").context["years"]] == [2008, 2007]


@pytest.mark.parametrize("asked", ["2", "0", "-1", "x", "99999999999999999999", "%00", "1.5"])
def test_pages_are_clamped(archive: BulletinIndexPage, client: Client, asked: str) -> None:
    for year in range(2000, 2023):
        bulletin(archive, f"Of {year}", year=year)
    found = listed(client, f"/bulletins/?page={asked}")
    assert found[0] in ("Of 2022", "Of 2002")
    assert len(listed(client)) == 20


def test_an_empty_archive_says_so(archive: BulletinIndexPage, client: Client) -> None:
    assert "No issue has been published yet" in client.get("/bulletins/").content.decode()


def test_the_feed(archive: BulletinIndexPage, client: Client) -> None:
    page = publish(bulletin(archive, "Winter & <b>more</b>"))
    sent = datetime.datetime(2007, 12, 20, 9, tzinfo=datetime.UTC)
    SentCopy.objects.create(page=page, sent_at=sent, subject="s", html="h", text="t")
    response = client.get("/bulletins/?format=atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    (entry,) = ElementTree.fromstring(response.content).findall(f"{ATOM}entry")  # noqa: S314 (our own)
    assert entry.findtext(f"{ATOM}title") == "Winter & <b>more</b>"
    assert entry.findtext(f"{ATOM}updated") == "2007-12-20T09:00:00+00:00"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"].endswith("/bulletins/2007-winter/")
