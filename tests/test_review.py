"""Reviews: what is marked, reported and mailed when its day has come."""

import datetime
import io
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django.fixtures import DjangoAssertNumQueries, Settings
from wagtail.models import Site

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from editorial.reminders import remind
from editorial.reports import when
from editorial.review import ReviewReminder
from search.embedded.engine import EmbeddedEngine
from tests.factories import case_study

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2024, 5, 20, 9, tzinfo=datetime.UTC)
TODAY = NOW.date()
DAY = datetime.timedelta(days=1)
REPORT = "/admin/reports/reviews/"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner() -> User:
    user = User.objects.create_user("owner@example.com", first_name="Olive", last_name="Owner")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


def reviewed(listing: CaseStudyIndexPage, title: str, days: int, owner: User | None, **values: Any) -> CaseStudyPage:
    """A page whose review is due so many days from today; overdue with a negative number."""
    return case_study(listing, title, review_date=TODAY + days * DAY, review_owner=owner, **values)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# What readers see


def notice(page: CaseStudyPage) -> str:
    return " ".join(render_to_string("components/out_of_date.html", {"page": page}).split())


def test_a_page_past_its_review_is_marked(clock: time_machine.Traveller) -> None:
    page = CaseStudyPage(review_date=TODAY - DAY)
    assert page.review_overdue
    shown = notice(page)
    assert "This page was due for review in" in shown
    assert '<time datetime="2024-05-19">May 2024</time>. Parts of it may be out of date.' in shown
    for date in (None, TODAY, TODAY + DAY):
        assert not CaseStudyPage(review_date=date).review_overdue
        assert notice(CaseStudyPage(review_date=date)) == ""


def test_the_day_is_the_site_s_own() -> None:
    # Half past midnight in London is still yesterday in UTC.
    with time_machine.travel(datetime.datetime(2024, 5, 20, 23, 30, tzinfo=datetime.UTC)):
        assert CaseStudyPage(review_date=TODAY).review_overdue
    with time_machine.travel(datetime.datetime(2024, 5, 20, 22, 30, tzinfo=datetime.UTC)):
        assert not CaseStudyPage(review_date=TODAY).review_overdue


# The report


@pytest.fixture
def several(clock: time_machine.Traveller, listing: CaseStudyIndexPage, owner: User) -> None:
    reviewed(listing, "Long overdue", -40, owner)
    reviewed(listing, "Overdue by one", -1, None)
    reviewed(listing, "Due today", 0, owner)
    reviewed(listing, "Due soon", 30, owner)
    reviewed(listing, "Due later", 31, owner)
    reviewed(listing, "A draft", -5, owner, live=False)
    case_study(listing, "Never reviewed")


def titles(client: Client, **parameters: Any) -> list[str]:
    response = client.get(REPORT, parameters)
    assert response.status_code == 200
    return [page.title for page in response.context["object_list"]]


@pytest.mark.dialect
def test_the_report_lists_what_is_due_the_oldest_first(several: None, owner: User, admin_client: Client) -> None:
    for client in (admin_client, as_(owner)):
        assert titles(client) == ["Long overdue", "Overdue by one", "Due today", "Due soon"]
    assert titles(admin_client, due="overdue") == ["Long overdue", "Overdue by one"]
    assert titles(admin_client, due="soon") == ["Due today", "Due soon"]
    assert titles(admin_client, owner=owner.pk, due="overdue") == ["Long overdue"]
    assert titles(admin_client, owner="nobody") == ["Overdue by one"]
    assert titles(admin_client, ordering="-due_on")[0] == "Due soon"
    html = admin_client.get(REPORT).content.decode()
    for said in ("40 days overdue", "1 day overdue", "due today", "due in 30 days", "Olive Owner", "nobody"):
        assert said in html
    assert "Case study" in html
    assert "10 April 2024" in html
    page = CaseStudyPage.objects.get(title="Long overdue")
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in html
    assert "Olive Owner" in html.split("Anybody")[1]


def test_the_report_is_in_the_menu_and_says_what_to_do_when_empty(
    home: CaseStudyIndexPage, admin_client: Client
) -> None:
    html = admin_client.get(REPORT).content.decode()
    assert "No published page is past its review date" in html
    assert REPORT in admin_client.get("/admin/").content.decode()
    assert "No page matches" in admin_client.get(REPORT, {"due": "soon"}).content.decode()


def test_the_report_as_a_spreadsheet(several: None, admin_client: Client) -> None:
    sheet = admin_client.get(REPORT, {"export": "csv"}).getvalue().decode().splitlines()
    page = CaseStudyPage.objects.get(title="Long overdue")
    assert sheet[0] == "Title,Kind,Owner,Review date,Days overdue,Edit at"
    address = f"http://testserver/admin/pages/{page.pk}/edit/"
    assert sheet[1] == f"Long overdue,Case study,Olive Owner,2024-04-10,40,{address}"
    assert len(sheet) == 5
    book = load_workbook(io.BytesIO(admin_client.get(REPORT, {"export": "xlsx"}).getvalue()))
    rows = list(book.active.values)
    assert rows[2][:5] == ("Overdue by one", "Case study", "nobody", datetime.date(2024, 5, 19), 1)


NASTY = ["x", "-1", "9" * 40, "\0", "'", "é", "%ff", "overdue; drop"]


@pytest.mark.parametrize("name", ["due", "owner", "ordering", "p", "export", "q"])
def test_no_parameter_breaks_the_report(name: str, several: None, admin_client: Client) -> None:
    for value in NASTY:
        for path in (REPORT, REPORT + "results/"):
            assert admin_client.get(path, {name: value}).status_code == 200


def test_the_report_makes_as_many_queries_for_many_as_for_few(
    several: None,
    listing: CaseStudyIndexPage,
    owner: User,
    admin_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        person = User.objects.create_user(f"owner{number}@example.com")
        reviewed(listing, f"Page {number}", -number, person)
    titles(admin_client)
    with django_assert_max_num_queries(25):
        assert len(titles(admin_client)) == 34


def test_days_in_words(clock: time_machine.Traveller) -> None:
    assert [when(TODAY + days * DAY) for days in (-2, -1, 0, 1, 2)] == [
        "2 days overdue",
        "1 day overdue",
        "due today",
        "due in 1 day",
        "due in 2 days",
    ]


# The dashboard


def test_the_dashboard_shows_an_owner_what_is_due(several: None, owner: User, admin_client: Client) -> None:
    html = as_(owner).get("/admin/").content.decode()
    panel = html.split('id="your-reviews-section"')[1].split("</section>")[0]
    assert "Long overdue" in panel
    assert "Due soon" in panel
    for other in ("Overdue by one", "Due later", "A draft"):
        assert other not in panel
    assert f"{REPORT}?owner={owner.pk}" in panel
    assert titles(as_(owner), owner=owner.pk) == ["Long overdue", "Due today", "Due soon"]
    assert "your-reviews" not in admin_client.get("/admin/").content.decode()


# The reminders


def test_an_owner_is_reminded_once_of_all_that_is_due(
    several: None, owner: User, clock: time_machine.Traveller, mailoutbox: list[EmailMessage]
) -> None:
    Site.objects.update(site_name="Better Buying")
    assert remind() == 1
    mail = mailoutbox[0]
    assert "Better Buying" in mail.body
    assert mail.to == ["owner@example.com"]
    assert mail.subject == "2 pages are due for review"
    assert "Dear Olive Owner" in mail.body
    assert "- Long overdue (case study), due 10 April 2024" in mail.body
    page = CaseStudyPage.objects.get(title="Long overdue")
    assert f"http://testserver/admin/pages/{page.pk}/edit/" in mail.body
    assert "Due today" in mail.body
    for other in ("Overdue by one", "Due soon", "A draft"):
        assert other not in mail.body
    assert remind() == 0
    clock.move_to(NOW + 29 * DAY)
    assert remind() == 0
    clock.move_to(NOW + 30 * DAY)
    assert remind() == 1
    assert "Long overdue" in mailoutbox[1].body
    assert "Due soon" in mailoutbox[1].body
    assert remind() == 0


@pytest.mark.dialect
def test_a_new_date_or_a_new_owner_is_a_new_reminder(
    listing: CaseStudyIndexPage, owner: User, clock: time_machine.Traveller, mailoutbox: list[EmailMessage]
) -> None:
    page = reviewed(listing, "Moves", 0, owner)
    assert remind() == 1
    page.review_date = TODAY - DAY
    page.save()
    assert remind() == 1
    page.review_owner = User.objects.create_user("second@example.com")
    page.save()
    assert remind() == 1
    assert [mail.to for mail in mailoutbox] == [[owner.email], [owner.email], ["second@example.com"]]
    assert mailoutbox[0].subject == "A page is due for review"
    page.review_date = TODAY + 400 * DAY
    page.save()
    clock.move_to(NOW + 60 * DAY)
    assert remind() == 0


def test_what_nobody_owns_goes_to_the_contact_if_there_is_one(
    several: None, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    remind()
    mailoutbox.clear()
    assert remind("contact@example.org") == 1
    assert remind("contact@example.org") == 0
    assert mailoutbox[0].to == ["contact@example.org"]
    assert "Overdue by one" in mailoutbox[0].body
    assert "Nobody looks after this page" in mailoutbox[0].body
    assert "Long overdue" not in mailoutbox[0].body


def test_somebody_who_left_is_nobody(
    clock: time_machine.Traveller, listing: CaseStudyIndexPage, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    reviewed(listing, "Left behind", -1, owner)
    User.objects.update(is_active=False)
    assert remind() == 0
    assert remind("contact@example.org") == 1
    assert mailoutbox[0].to == ["contact@example.org"]


def test_what_an_editor_writes_is_plain_in_the_mail(
    clock: time_machine.Traveller, listing: CaseStudyIndexPage, owner: User, mailoutbox: list[EmailMessage]
) -> None:
    reviewed(listing, "Bread & <b>roses</b>", 0, owner)
    remind()
    assert "- Bread & <b>roses</b> (case study)" in mailoutbox[0].body


class Refusing(EmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if any("broken@example.com" in message.to for message in messages):
            raise OSError("refused")
        return super().send_messages(messages)


def test_a_mail_that_fails_stops_no_other_and_is_tried_again(
    clock: time_machine.Traveller,
    listing: CaseStudyIndexPage,
    owner: User,
    settings: Settings,
    mailoutbox: list[EmailMessage],
) -> None:
    broken = User.objects.create_user("broken@example.com")
    reviewed(listing, "First", -3, broken)
    reviewed(listing, "Second", -2, owner)
    settings.EMAIL_BACKEND = "tests.test_review.Refusing"
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            remind()
    assert [mail.to for mail in mailoutbox] == [[owner.email]]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(60)
    assert remind() == 1
    assert mailoutbox[1].to == ["broken@example.com"]
    assert remind() == 0


@pytest.mark.dialect
def test_processes_at_once_send_a_reminder_once(
    committed: None, listing: CaseStudyIndexPage, mailoutbox: list[EmailMessage]
) -> None:
    owner = User.objects.create_user("owner@example.com")
    for number in range(5):
        case_study(listing, f"Page {number}", review_date=TODAY, review_owner=owner)
    ready = threading.Barrier(4)

    def work() -> None:
        from django.db import connection

        try:
            ready.wait()
            remind()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [line for mail in mailoutbox for line in mail.body.splitlines() if line.startswith("- ")]
    assert sorted(told) == [f"- Page {number} (case study), due 20 May 2024" for number in range(5)]
    assert ReviewReminder.objects.count() == 5


# The minute jobs


def test_a_job_that_fails_stops_no_other(
    clock: time_machine.Traveller,
    listing: CaseStudyIndexPage,
    owner: User,
    index: EmbeddedEngine,
    settings: Settings,
    mailoutbox: list[EmailMessage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    reviewed(listing, "Due", 0, owner)
    call_command("jobs")
    assert len(mailoutbox) == 1
    ReviewReminder.objects.all().delete()
    scheduled = case_study(listing, "Scheduled", live=False)
    scheduled.go_live_at = NOW + DAY
    scheduled.save_revision(approved_go_live_at=NOW + DAY)
    settings.EMAIL_BACKEND = "nowhere.Nothing"
    clock.move_to(NOW + 2 * DAY)
    with pytest.raises(CommandError, match="review reminders"):
        call_command("jobs")
    assert "review reminders failed" in caplog.text
    scheduled.refresh_from_db()
    assert scheduled.live
    broken = settings.SEARCH_DIR
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert broken.exists()
    call_command("jobs")
    assert len(mailoutbox) == 2


# The form


def test_only_who_may_write_is_offered_as_owner_and_the_owner_stays(
    listing: CaseStudyIndexPage, owner: User, admin_client: Client
) -> None:
    left = User.objects.create_user("left@example.com", is_active=False)
    User.objects.create_user("reader@example.com")
    page = reviewed(listing, "Kept", 1, left)
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    field = html.split('id="id_review_owner"')[1].split("</select>")[0]
    for mail, offered in {"Olive Owner": True, "left@": True, "admin@": True, "reader@": False}.items():
        assert (mail in field) is offered
