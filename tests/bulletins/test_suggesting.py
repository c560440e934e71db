"""“Suggest this quarter's content”: what is new, below what the editor wrote, and nothing twice."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bulletins.models import BulletinIndexPage, BulletinPage, SentCopy
from bulletins.starter import load
from bulletins.suggesting import ELSEWHERE, add, suggestion
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from home.models import ContentPage, HomePage
from tests.bulletins.conftest import news, picked, section
from tests.factories import area, bulletin, case_study


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2008, 1, number, 12, tzinfo=datetime.UTC)


@pytest.fixture
def published(listing: CaseStudyIndexPage) -> Callable[..., CaseStudyPage]:
    area("advice", "advice-group")
    area("respite", "care-group")

    def made(title: str, on: int, **values: Any) -> CaseStudyPage:
        return case_study(listing, title, first_published_at=day(on), **values)

    return made


@pytest.fixture
def draft(archive: BulletinIndexPage) -> BulletinPage:
    page = bulletin(archive, "Spring 2008", year=2008, season=1, live=False)
    page.save_revision()
    return page


def titles(page: BulletinPage) -> list[tuple[str, list[str]]]:
    return [(heading, [entry.title for entry in entries]) for heading, entries in suggestion(page).groups]


def of_draft(page: BulletinPage) -> list[tuple[str, list[str]]]:
    stored = BulletinPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return [
        (
            block.value["heading"],
            [item.value["title"] or item.value["page"].title for item in block.value["items"]],
        )
        for block in stored.sections
    ]


def test_grouped_by_area_newest_first(published: Callable[..., CaseStudyPage], draft: BulletinPage) -> None:
    published("Old advice", 1)
    published("New advice", 3)
    published("Respite", 2, areas=("respite",))
    published("Draft", 4, live=False)
    assert titles(draft) == [("Advice group", ["New advice", "Old advice"]), ("Care group", ["Respite"])]


def test_since_the_last_was_sent_else_published(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, archive: BulletinIndexPage
) -> None:
    for number in (1, 5, 9):
        published(f"Of day {number}", number)
    assert titles(draft) == [("Advice group", ["Of day 9", "Of day 5", "Of day 1"])]
    before = bulletin(archive, "Winter", year=2007, season=4, first_published_at=day(2))
    assert titles(draft) == [("Advice group", ["Of day 9", "Of day 5"])]
    assert "was published on 2 January 2008" in suggestion(draft).because
    SentCopy.objects.create(page=before, sent_at=day(7), subject="", html="", text="")
    assert titles(draft) == [("Advice group", ["Of day 9"])]
    assert "was sent on 7 January 2008" in suggestion(draft).because
    later = bulletin(archive, "Summer", year=2008, season=2)
    SentCopy.objects.create(page=later, sent_at=day(10), subject="", html="", text="")
    assert titles(draft) == [("Advice group", ["Of day 9"])]


def test_a_new_site_offers_its_starter_content(home: HomePage, listing: CaseStudyIndexPage) -> None:
    """Its first issue was published with all the rest, and no reader has got anything."""
    case_study(listing, "Break", slug="break", first_published_at=day(1))
    load(home)
    first = BulletinPage.objects.get()
    draft = bulletin(first.get_parent(), "Spring 2008", year=2008, season=1, live=False)
    draft.save_revision()
    assert [found for _, found in titles(draft)] == [["Break"]]
    assert "no issue was sent to readers yet" in suggestion(draft).because
    case_study(listing, "Newer", slug="newer", first_published_at=timezone.now())
    assert [found for _, found in titles(draft)] == [["Newer"]]
    SentCopy.objects.create(page=first, sent_at=timezone.now(), subject="", html="", text="")
    assert titles(draft) == []


def test_only_what_readers_can_see_and_no_plain_pages(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, home: HomePage, archive: BulletinIndexPage
) -> None:
    from wagtail.models import PageViewRestriction

    closed = published("Closed", 3)
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    home.add_child(instance=ContentPage(title="Privacy", first_published_at=day(4)))
    bulletin(archive, "Another issue", year=2009, first_published_at=day(5))
    assert titles(draft) == []


def test_what_is_written_stays_and_nothing_comes_twice(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, admin: User
) -> None:
    held, new, other = published("Held", 1), published("New", 2), published("Respite", 3, areas=("respite",))
    draft.sections = [
        section("ADVICE GROUP", news("Own news"), picked(held, "Own title")),
        section("Last", news("End")),
    ]
    draft.editorial = "<p>Not saved to the page, only to the draft.</p>"
    draft.save_revision()
    assert titles(draft) == [("Advice group", ["New"]), ("Care group", ["Respite"])]
    ids = {new.pk, other.pk, held.pk}
    assert add(draft, ids, admin) == ["New", "Respite"]
    expected = [("ADVICE GROUP", ["Own news", "Own title", "New"]), ("Last", ["End"]), ("Care group", ["Respite"])]
    assert of_draft(draft) == expected
    assert "only to the draft" in draft.get_latest_revision_as_object().editorial
    assert add(BulletinPage.objects.get(pk=draft.pk), ids, admin) == []
    assert of_draft(draft) == expected
    assert BulletinPage.objects.get(pk=draft.pk).sections.raw_data[:] == []


def test_pages_without_an_area_come_last(published: Callable[..., CaseStudyPage], draft: BulletinPage) -> None:
    page = published("No area", 2)
    page.areas.clear()
    page.save()
    published("Advice", 1)
    assert [heading for heading, _ in titles(draft)] == ["Advice group", ELSEWHERE]


def test_the_editor_is_asked_and_told(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, admin_client: Client
) -> None:
    first, second = published("First <b>", 1), published("Second", 2)
    address = reverse("bulletin_suggest", args=[draft.pk])
    shown = admin_client.get(address).content.decode()
    assert "First &lt;b&gt;" in shown
    assert f'value="{second.pk}" checked' in shown
    assert of_draft(draft) == []
    response = admin_client.post(address, {"page": [str(first.pk)]}, follow=True)
    assert of_draft(draft) == [("Advice group", ["First <b>"])]
    assert "1 page added to the draft: “First &lt;b&gt;”" in response.content.decode()


@pytest.mark.parametrize("sent", [[], ["x"], ["9" * 30], ["-1", "\0"], ["999999999"]])
def test_nothing_is_added_for_what_is_no_choice(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, admin_client: Client, sent: list[str]
) -> None:
    published("First", 1)
    address = reverse("bulletin_suggest", args=[draft.pk])
    response = admin_client.post(address, {"page": sent}, follow=True)
    assert "Nothing was added: choose at least one page." in response.content.decode()
    assert of_draft(draft) == []


def test_nothing_new_says_what_to_do(draft: BulletinPage, admin_client: Client) -> None:
    shown = admin_client.get(reverse("bulletin_suggest", args=[draft.pk])).content.decode()
    assert "Nothing was published at any time, as there is no issue before this one" in shown
    assert "choose “Page”" in shown


def test_a_sent_issue_takes_nothing_more(
    published: Callable[..., CaseStudyPage], draft: BulletinPage, admin_client: Client
) -> None:
    page = published("First", 1)
    SentCopy.objects.create(page=draft, sent_at=day(7), subject="", html="", text="")
    address = reverse("bulletin_suggest", args=[draft.pk])
    assert "belongs in the next one" in admin_client.get(address).content.decode()
    assert "belongs in the next one" in admin_client.post(address, {"page": page.pk}, follow=True).content.decode()
    assert of_draft(draft) == []


def test_who_may_not_edit_the_issue_may_not_add_to_it(draft: BulletinPage, client: Client) -> None:
    user = User.objects.create_user("other@example.org", "correct horse battery")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    names = ("bulletin_suggest", "bulletin_preflight", "bulletin_test_copy")
    for name in names:
        address = reverse(name, args=[draft.pk])
        for response in (client.get(address), client.post(address)):
            assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert mail.outbox == []
    user.groups.add(Group.objects.get(name="Bulletin editors"))
    for name in names:
        assert client.get(reverse(name, args=[draft.pk])).status_code in (200, 405)
        assert client.get(reverse(name, args=[10**30])).status_code == 404


def test_the_same_queries_for_any_number_of_pages(published: Callable[..., CaseStudyPage], draft: BulletinPage) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert suggestion(draft).groups
        return len(counted)

    published("First", 1)
    few = queries()
    for number in range(2, 20):
        published(f"Page {number}", number)
    assert queries() <= few
