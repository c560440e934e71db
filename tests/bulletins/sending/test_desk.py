"""The admin's pages to send an issue: who may, what they ask, and what they say of one that is on its way."""

import csv
import datetime
import io
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry
from wagtail.users.models import UserProfile

from bulletins.models import BulletinPage
from bulletins.readers.models import Reader, State
from bulletins.sending.models import Delivery, Sending, Visit
from community.models import User
from mail import suppression
from mail.models import Reason
from tests.bulletins.sending.books import delivery, sending
from tests.factories import bulletin
from tests.readers import reader

pytestmark = pytest.mark.django_db
Step = Sending.State
SENDERS = ["Bulletin editors", "Administrators"]
OTHERS = ["Editors", "Facilitators", "Moderators"]
NAMES = ("send", "progress", "cancel", "pause", "resume", "deliveries_export")


def at(page: BulletinPage, name: str = "send") -> str:
    return reverse(f"bulletin_{name}", args=[page.pk])


def logged_in(role: str) -> Client:
    person = User.objects.create_user(f"{role}@example.com".replace(" ", "-").lower())
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


def shown(client: Client, address: str, data: dict[str, Any] | None = None) -> str:
    response = client.get(address, follow=True) if data is None else client.post(address, data, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def ready(issue_page: BulletinPage) -> BulletinPage:
    """With two readers who get it, and one who does not yet."""
    for number, state in enumerate((State.CONFIRMED, State.CONFIRMED, State.PENDING)):
        reader(f"reader-{number}@example.com", state)
    return issue_page


@pytest.mark.parametrize("role", SENDERS)
def test_it_asks_twice_and_names_the_issue_and_its_readers(ready: BulletinPage, role: str) -> None:
    client = logged_in(role)
    first = shown(client, at(ready))
    assert "“A year of the action plan” is ready" in first
    assert "It goes to <strong>2</strong> readers" in first
    second = shown(client, at(ready), {"when": "now", "at": ""})
    assert "Send “A year of the action plan” to 2 readers now?" in second
    assert not Sending.objects.exists()
    third = shown(client, at(ready), {"when": "now", "at": "", "confirmed": "yes"})
    assert "“A year of the action plan” is on its way to its readers." in third
    found = Sending.objects.get()
    assert (found.page_id, found.by) == (ready.pk, User.objects.get())
    assert found.at <= timezone.now()
    entry = PageLogEntry.objects.get(action="bulletins.send")
    assert (entry.user, entry.message) == (found.by, "Send")
    again = shown(client, at(ready), {"when": "now", "confirmed": "yes"})
    assert "Nothing was changed. It starts within a minute." in again
    assert Sending.objects.count() == 1
    assert PageLogEntry.objects.filter(action="bulletins.send").count() == 1


def test_at_a_time_means_in_london(ready: BulletinPage, admin_client: Client) -> None:
    with time_machine.travel("2008-06-01T12:00Z", tick=False):
        user = User.objects.get(email="admin@example.com")
        UserProfile.objects.create(user=user, current_time_zone="UTC")
        admin_client.force_login(user)
        for typed in ("3 June 2008, 09:30", "3/6/2008 9.30am", "2008-06-03T09:30"):
            asked = shown(admin_client, at(ready), {"when": "at", "at": typed})
            assert "on 3 June 2008, 09:30 (London time)?" in asked
            assert f'value="{typed}"' in asked
        data = {"when": "at", "at": "2008-06-03T09:30", "confirmed": "yes"}
        said = shown(admin_client, at(ready), data)
        assert "goes out on 3 June 2008, 09:30 (London time)" in said
        assert Sending.objects.get().at == datetime.datetime(2008, 6, 3, 8, 30, tzinfo=datetime.UTC)
        assert "Cancel sending…" in said
    told = PageLogEntry.objects.get(action="bulletins.send").message
    assert told == "Send, to begin on 3 June 2008, 09:30 (London time)"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"when": ""}, "Say whether it goes out now or at a time."),
        ({"when": "never"}, "Select a valid choice."),
        ({"when": "at"}, "Enter the day and the time at which it goes out."),
        ({"when": "at", "at": "soon"}, "“soon” cannot be read as a date. Write day, month, year and time"),
        ({"when": "at", "at": "\0"}, "cannot be read as a date"),
        ({"when": "at", "at": "99999-01-01T00:00"}, "cannot be read as a date"),
        ({"when": "at", "at": "June 2008"}, "“June 2008” has no day."),
        ({"when": "at", "at": "3/6/08 09:30"}, "write the year with four digits"),
        ({"when": "at", "at": "2008-05-31T12:00"}, "This time is over."),
        ({"when": "at", "at": "2009-06-03T12:00"}, "Choose a time within a year from now."),
        ({"when": "at", "at": "2009-03-29T01:30"}, "On 29 March 2009 the clocks go forward, and there is no 01:30."),
        ({"when": "at", "at": "26 October 2008, 01:30"}, "the clocks go back, and 01:30 comes twice. Choose a time"),
    ],
)
def test_a_bad_time_is_explained(ready: BulletinPage, admin_client: Client, data: dict[str, str], problem: str) -> None:
    with time_machine.travel("2008-06-01T12:00Z", tick=False):
        said = shown(admin_client, at(ready), data | {"confirmed": "yes"})
    assert problem in said.replace("&#x27;", "’").replace("'", "’")
    assert "Nothing has been sent yet." in said
    assert data.get("at", "") in said, "what was typed stays"
    assert not Sending.objects.exists()


def test_what_blocks_is_said_and_blocks(ready: BulletinPage, admin_client: Client) -> None:
    ready.subject = "Nobody approved this"
    ready.save_revision()
    said = shown(admin_client, at(ready))
    assert "It cannot be sent yet" in said
    assert "It has changes that nobody has approved." in said
    assert "It would go to <strong>2</strong> readers." in said
    assert "Continue" not in said
    assert "It cannot be sent yet" in shown(admin_client, at(ready), {"when": "now", "confirmed": "yes"})
    assert not Sending.objects.exists()


def test_a_draft_that_says_the_same_stops_nothing(ready: BulletinPage, admin_client: Client) -> None:
    """Wagtail's editor keeps one of an issue that was only looked at."""
    ready.get_latest_revision_as_object().save_revision()
    assert BulletinPage.objects.get().has_unpublished_changes
    assert "is ready" in shown(admin_client, at(ready))
    draft = ready.get_latest_revision_as_object()
    draft.preheader = "Other words"
    draft.save_revision()
    assert "It has changes that nobody has approved." in shown(admin_client, at(ready))


def test_nobody_to_send_to(issue_page: BulletinPage, admin_client: Client) -> None:
    said = shown(admin_client, at(issue_page))
    assert "it has no readers: nobody has yet confirmed" in said
    assert "Continue" not in said
    assert "it has no readers" in shown(admin_client, at(issue_page), {"when": "now", "confirmed": "yes"})
    assert not Sending.objects.exists()


@pytest.mark.parametrize("role", OTHERS)
def test_others_may_look_but_not_act(ready: BulletinPage, role: str) -> None:
    client = logged_in(role)
    assert "You do not have the permission to send e-bulletins." in shown(client, at(ready))
    client.post(at(ready), {"when": "now", "confirmed": "yes"})
    assert not Sending.objects.exists()
    for state, act in ((Step.SCHEDULED, "cancel"), (Step.SENDING, "pause"), (Step.PAUSED, "resume")):
        Sending.objects.all().delete()
        sending(ready, state)
        assert at(ready, act) not in shown(client, at(ready))
        for method in (client.get, client.post):
            assert method(at(ready, act)).status_code == 302
        assert Sending.objects.get().state == state
    assert client.get(at(ready, "deliveries_export")).status_code == 302
    assert client.get(reverse("bulletins_report")).status_code == 302


def test_strangers_see_nothing(ready: BulletinPage) -> None:
    sending(ready)
    addresses = [at(ready, name) for name in NAMES] + [reverse("bulletin_deliveries", args=[ready.pk, "failed"])]
    for address in (*addresses, reverse("bulletins_report")):
        assert Client().get(address)["Location"].startswith("/admin/login/")
    nobody = User.objects.create_user("nobody@example.com")
    nobody.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(nobody)
    for address in addresses:
        assert client.get(address).status_code == 302, address


def test_no_address_breaks(ready: BulletinPage, admin_client: Client) -> None:
    for name in NAMES:
        address = at(ready, name)
        assert admin_client.get(address).status_code in (200, 302), address
        assert admin_client.get(address.replace(str(ready.pk), "999999")).status_code == 404
        assert admin_client.get(address.replace(str(ready.pk), "9" * 30)).status_code == 404
    for kind in ("failed", "nothing", "sent"):
        for asked in ("", "?p=0", "?p=x", "?p=999999999999999999999"):
            found = admin_client.get(reverse("bulletin_deliveries", args=[ready.pk, kind]) + asked)
            assert found.status_code == 302
    assert not Sending.objects.exists()


ACTS = [
    ("cancel", Step.SCHEDULED, Step.CANCELLED, "Cancel sending this issue?", "Sending has been cancelled."),
    ("pause", Step.SENDING, Step.PAUSED, "Pause sending this issue?", "Sending is paused."),
    ("resume", Step.PAUSED, Step.SENDING, "Resume sending this issue?", "Sending has resumed."),
]


@pytest.mark.parametrize(("act", "before", "after", "question", "done"), ACTS)
def test_each_act_asks_acts_and_is_logged(
    ready: BulletinPage, admin_client: Client, act: str, before: Step, after: Step, question: str, done: str
) -> None:
    sending(ready, before)
    assert at(ready, act) in shown(admin_client, at(ready))
    assert question in shown(admin_client, at(ready, act))
    assert Sending.objects.get().state == before, "asking changes nothing"
    assert done in shown(admin_client, at(ready, act), {})
    assert Sending.objects.get().state == after
    assert PageLogEntry.objects.get(action=f"bulletins.{act}").user == User.objects.get()
    assert "Nothing was changed." in shown(admin_client, at(ready, act), {}), "a second click"
    assert Sending.objects.get().state == after
    history = shown(admin_client, reverse("wagtailadmin_pages:history", args=[ready.pk]))
    assert PageLogEntry.objects.get(action=f"bulletins.{act}").message in history


@pytest.mark.parametrize("state", list(Step))
def test_actions_that_do_not_fit_change_nothing(ready: BulletinPage, admin_client: Client, state: Step) -> None:
    sending(ready, state)
    for act, before, *_ in ACTS:
        if state != before:
            assert "Nothing was changed." in shown(admin_client, at(ready, act))
            admin_client.post(at(ready, act))
    assert Sending.objects.get().state == state


def test_one_that_was_paused_before_it_started_can_be_called_off(ready: BulletinPage, admin_client: Client) -> None:
    sending(ready, Step.PAUSED, started_at=None)
    said = shown(admin_client, at(ready))
    assert at(ready, "cancel") in said
    assert at(ready, "resume") in said
    Sending.objects.update(started_at=timezone.now())
    assert at(ready, "cancel") not in shown(admin_client, at(ready))


def test_a_cancelled_one_can_be_sent(ready: BulletinPage, admin_client: Client) -> None:
    sending(ready, Step.CANCELLED)
    assert "An earlier attempt was cancelled" in shown(admin_client, at(ready))
    shown(admin_client, at(ready), {"when": "now", "confirmed": "yes"})
    assert Sending.objects.get().state not in (Step.CANCELLED, Step.PAUSED)


@pytest.fixture
def books(ready: BulletinPage) -> Sending:
    """One of each kind."""
    one = sending(ready, Step.SENDING, readers=6)
    delivery(one, Reader.objects.get(address="reader-0@example.com"), Delivery.State.QUEUED)
    delivery(one, state=Delivery.State.FAILED, problem="450 busy, seven times", attempts=7)
    delivery(one, state=Delivery.State.SUPPRESSED)
    now = timezone.now()
    delivery(one, reader("=cmd@example.org"), bounced="hard", bounced_at=now, problem="550 no such user")
    delivery(one, complained_at=now)
    delivery(one, unsubscribed_at=now)
    today = timezone.localdate()
    Visit.objects.create(sending=one, day=today, number=1200)
    Visit.objects.create(sending=one, day=today - datetime.timedelta(days=1), number=34)
    return one


def rows(html: str) -> dict[str, str]:
    import re

    found = re.findall(r"<th scope=\"row\">(.*?)</th> <td>([\d,]+)</td>", html[html.index("What became") :])
    return {re.sub(r"<[^>]+>", "", label).strip(): number for label, number in found}


def test_the_numbers(ready: BulletinPage, books: Sending, admin_client: Client) -> None:
    expected = {
        "Readers when it started": "6",
        "Queued": "1",
        "Sent": "3",
        "Failed": "1",
        "Not sent: the reader had left": "1",
        "Bounced": "1",
        "Reported as spam": "1",
        "Unsubscribed": "1",
        "Visits from the email": "1,234",
    }
    whole, part = shown(admin_client, at(ready)), shown(admin_client, at(ready, "progress"))
    assert rows(whole) == rows(part) == expected
    for html in (whole, part):
        assert '<progress max="100" value="83"' in html
        assert 'data-says="It is being sent. 80% done."' in html
        assert "data-running" in html
    assert "js/sending.js" in whole
    Sending.objects.update(state=Step.SENT, finished_at=timezone.now())
    done = shown(admin_client, at(ready))
    assert "data-running" not in done
    assert "js/sending.js" not in done
    assert "It is sent." in done


def test_why_it_paused_by_itself_is_said(ready: BulletinPage, admin_client: Client) -> None:
    sending(ready, Step.PAUSED, note="The mail server refuses <everything>.")
    assert "The mail server refuses &lt;everything&gt;." in shown(admin_client, at(ready))


def test_the_failed_with_their_reasons(ready: BulletinPage, books: Sending, admin_client: Client) -> None:
    failed = shown(admin_client, reverse("bulletin_deliveries", args=[ready.pk, "failed"]))
    assert "450 busy, seven times" in failed
    assert Delivery.objects.get(state="failed").reader.address in failed  # type: ignore[union-attr]
    assert "550 no such user" not in failed
    assert "is suppressed" not in failed
    reader = Delivery.objects.get(state="failed").reader
    assert reader
    suppression.suppress(reader.address, Reason.REFUSED)
    failed = shown(admin_client, reverse("bulletin_deliveries", args=[ready.pk, "failed"]))
    assert "<strong>The reader is suppressed</strong> (refused by the mail server) and gets no more email" in failed
    assert "550 no such user" in shown(admin_client, reverse("bulletin_deliveries", args=[ready.pk, "bounced"]))
    Delivery.objects.all().delete()
    assert "There are none." in shown(admin_client, reverse("bulletin_deliveries", args=[ready.pk, "failed"]))


def test_addresses_are_for_those_who_see_readers(ready: BulletinPage, books: Sending) -> None:
    client = logged_in("Editors")
    listed = shown(client, reverse("bulletin_deliveries", args=[ready.pk, "failed"]))
    assert "450 busy, seven times" in listed
    assert "@example.org" not in listed
    assert "their addresses are left out" in listed
    assert at(ready, "deliveries_export") not in listed + shown(client, at(ready))


def test_long_lists_have_pages_and_few_queries(
    ready: BulletinPage, admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    one = sending(ready)
    people = Reader.objects.bulk_create(
        Reader(address=f"{number}@example.net", normalised=f"{number}@example.net") for number in range(120)
    )
    Delivery.objects.bulk_create(
        Delivery(sending=one, reader=person, state="failed", message_id=f"<{person.pk}@x>") for person in people
    )
    address = reverse("bulletin_deliveries", args=[ready.pk, "failed"])
    shown(admin_client, address)
    with django_assert_max_num_queries(20):
        first = shown(admin_client, address)
    assert "Page 1 of 3" in first
    assert first.count("@example.net</a>") == 50
    assert shown(admin_client, f"{address}?p=3").count("@example.net</a>") == 20
    assert "Page 3 of 3" in shown(admin_client, f"{address}?p=999")
    for name in ("send", "progress"):
        with django_assert_max_num_queries(20):
            shown(admin_client, at(ready, name))


def test_every_delivery_as_csv(ready: BulletinPage, books: Sending, admin_client: Client) -> None:
    Reader.objects.get(address="reader-0@example.com").delete()
    response = admin_client.get(at(ready, "deliveries_export"))
    assert response["Content-Disposition"] == 'attachment; filename="deliveries-2007-winter.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    found = list(csv.DictReader(io.StringIO(text)))
    assert len(found) == 6
    assert (found[0]["email"], found[0]["state"]) == ("(erased)", "queued")
    assert (found[1]["state"], found[1]["attempts"], found[1]["problem"]) == ("failed", "7", "450 busy, seven times")
    assert [row["reader_suppressed"] for row in found[:2]] == ["", ""]
    assert (found[3]["email"], found[3]["bounced"]) == ("'=cmd@example.org", "hard")
    assert all(
        row[name] for row, name in zip(found[3:], ("bounced_at", "reported_as_spam", "unsubscribed"), strict=True)
    )


def test_the_report_of_all_issues(
    ready: BulletinPage, books: Sending, admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    address = reverse("bulletins_report")
    assert address in shown(admin_client, reverse("wagtailadmin_reports:site_history"))
    shown(admin_client, address)
    with django_assert_max_num_queries(30) as asked:
        said = shown(admin_client, address)
    queries = len(asked)
    for part in ("A year of the action plan", "being sent", "1234", at(ready)):
        assert part in said, part
    archive = ready.get_parent()
    for year in range(1990, 2000):
        sending(bulletin(archive, f"=Issue {year}", year=year))
    with django_assert_max_num_queries(queries):
        assert "=Issue 1999" in shown(admin_client, address)
    table = admin_client.get(f"{address}?export=csv")
    lines = b"".join(table.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Issue,State,Started,Readers,Sent")
    assert len(lines) == 12
    assert any(line.startswith("'=Issue 1999,") for line in lines)
    assert any(line.startswith("A year of the action plan,") and line.endswith(",1234") for line in lines)


def test_the_report_before_anything_was_sent(admin_client: Client) -> None:
    assert "No e-bulletin has been sent yet." in shown(admin_client, reverse("bulletins_report"))


@pytest.mark.parametrize(("state", "stays"), [(Step.SCHEDULED, True), (Step.SENDING, True), (Step.SENT, False)])
def test_an_issue_that_is_going_out_is_not_deleted(
    ready: BulletinPage, admin_client: Client, state: Step, *, stays: bool
) -> None:
    one = sending(ready, state)
    sent = delivery(one)
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    archive = reverse("wagtailadmin_pages:delete", args=[ready.get_parent().pk])
    for address in (f"{bulk}?id={ready.pk}", archive, reverse("wagtailadmin_pages:delete", args=[ready.pk])):
        if stays:
            assert "is going out to its readers, so it cannot be deleted now" in shown(admin_client, address, {})
    if not stays:
        shown(admin_client, reverse("wagtailadmin_pages:delete", args=[ready.pk]), {})
    assert BulletinPage.objects.exists() == stays
    one.refresh_from_db()
    sent.refresh_from_db()
    assert one.title == "A year of the action plan", "the record outlives the page"
    assert "A year of the action plan" in shown(admin_client, reverse("bulletins_report"))


def test_the_issue_leads_there(ready: BulletinPage, admin_client: Client) -> None:
    assert at(ready) in shown(admin_client, reverse("wagtailadmin_pages:edit", args=[ready.pk]))
    assert at(ready) in shown(admin_client, reverse("bulletin_preflight", args=[ready.pk]))
