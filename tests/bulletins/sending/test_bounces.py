"""Soft bounces in a row, and bounces from a CSV file: by command and in the admin."""

import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from bulletins.models import BulletinIndexPage, BulletinPage
from bulletins.readers import consent
from bulletins.readers.models import Reader, Source, State
from bulletins.sending.bounces import Kind, Outcome, record
from bulletins.sending.models import Delivery
from community.models import User
from mail.models import Reason
from tests.bulletins.sending.books import delivery, sending
from tests.factories import bulletin
from tests.readers import reader

pytestmark = pytest.mark.django_db
PAGE = "/admin/readers/bounces/"


@pytest.fixture
def issues(archive: BulletinIndexPage) -> list[BulletinPage]:
    return [bulletin(archive, f"Issue {season}", season=season) for season in (1, 2, 3, 4)]


def sent_to(ada: Reader, page: BulletinPage, days_ago: int) -> Delivery:
    with time_machine.travel(timezone.now() - datetime.timedelta(days=days_ago)):
        return delivery(sending(page), ada)


def came_back(of: Delivery, kind: Kind = Kind.SOFT) -> Outcome:
    return record(kind, of, Reader.objects.get(), timezone.now(), "mailbox full")


def old_reader() -> Reader:
    with time_machine.travel(timezone.now() - datetime.timedelta(days=400)):
        return reader()


def test_the_third_soft_one_in_a_row_stops_mail(issues: list[BulletinPage]) -> None:
    ada = old_reader()
    found = []
    for number, page in enumerate(issues[:3]):
        found.append(came_back(sent_to(ada, page, 90 - number)))
    assert found == [Outcome.KEPT, Outcome.KEPT, Outcome.STOPPED]
    ada.refresh_from_db()
    assert (ada.state, ada.reason) == (State.SUPPRESSED, Reason.BOUNCE)


def test_an_issue_that_arrives_begins_anew(issues: list[BulletinPage]) -> None:
    ada = old_reader()
    for number, page in enumerate(issues):
        one = sent_to(ada, page, 90 - number)
        if number != 2:
            assert came_back(one) == Outcome.KEPT
    assert Reader.objects.get().state == State.CONFIRMED


def test_what_never_went_out_counts_neither_way(issues: list[BulletinPage]) -> None:
    ada = old_reader()
    for number, page in enumerate(issues):
        one = sent_to(ada, page, 90 - number)
        if number == 1:
            Delivery.objects.filter(pk=one.pk).update(state=Delivery.State.FAILED)
        else:
            came_back(one)
    assert Reader.objects.get().state == State.SUPPRESSED


def test_twice_about_one_issue_is_once(issues: list[BulletinPage]) -> None:
    one = sent_to(old_reader(), issues[0], 1)
    assert [came_back(one) for _ in range(4)] == [Outcome.KEPT, *[Outcome.NOTHING] * 3]
    assert Reader.objects.get().state == State.CONFIRMED


def test_who_came_back_begins_anew(issues: list[BulletinPage]) -> None:
    ada = old_reader()
    for number, page in enumerate(issues[:3]):
        came_back(sent_to(ada, page, 90 - number))
    consent.subscribe(ada, Source.FORM)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        ada.refresh_from_db()
        assert came_back(delivery(sending(issues[3]), ada)) == Outcome.KEPT
    assert Reader.objects.get().state == State.CONFIRMED


@pytest.fixture
def sent(issues: list[BulletinPage]) -> list[Delivery]:
    found = [old_reader()]
    with time_machine.travel(timezone.now() - datetime.timedelta(days=400)):
        found += [reader("bob@example.com"), reader("eve@example.com"), reader("nobody@example.com")]
    with time_machine.travel(timezone.now() - datetime.timedelta(days=3)):
        issue = sending(issues[0])
        return [delivery(issue, one) for one in found[:3]]


FILE = """Address;Type;Reason
ada@example.com;hard;550 no such user
BOB@example.com;soft;full
eve@example.com;spam;
nobody@example.com;soft;
stranger@example.org;hard;
ada@example.com;hard;again
bob@example.com;odd;
not an address;hard;
"""
REFUSED = {
    5: "No issue was sent to this address in the last 60 days.",
    6: "No reader has this address.",
    7: "The same address is in line 2.",
    8: "The column “kind” must say hard, soft or complaint.",
    9: "This is not an email address.",
}


def told(file: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("bounces", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def states() -> list[str]:
    return list(Reader.objects.order_by("pk").values_list("state", flat=True))


def test_a_file_by_command(sent: list[Delivery], tmp_path: Path) -> None:
    file = tmp_path / "bounces.csv"
    file.write_text(FILE)
    before = states()
    out, err = told(file, "--dry-run")
    numbers = "gets no more email: 2, counted for the issue: 1, nothing new: 0, refused: 5."
    assert out == f"Nothing is changed. It would be: {numbers}\n"
    for line, why in REFUSED.items():
        assert f"line {line}: {why}" in err
    assert states() == before
    assert not Delivery.objects.exclude(bounced="").exists()
    assert told(file)[0] == f"{numbers}\n"
    assert states() == [State.SUPPRESSED, State.CONFIRMED, State.SUPPRESSED, State.CONFIRMED]
    assert list(Delivery.objects.order_by("pk").values_list("bounced", flat=True)) == ["hard", "soft", ""]
    assert "nothing new: 3" in told(file)[0], "the same file twice"


@pytest.mark.parametrize("content", ["", "kind,reason\nhard,x\n", "address,reason\na@example.org,x\n"])
def test_a_file_without_its_columns_is_explained(db: None, tmp_path: Path, content: str) -> None:
    file = tmp_path / "bounces.csv"
    file.write_text(content)
    with pytest.raises(CommandError, match="columns"):
        told(file)
    with pytest.raises(CommandError, match="Cannot read"):
        told(tmp_path / "nowhere.csv")


def logged_in(role: str) -> Client:
    person = User.objects.create_user(f"{role}@example.com".replace(" ", "-").lower())
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


def upload(client: Client, content: bytes) -> str:
    return client.post(PAGE, {"file": SimpleUploadedFile("bounces.csv", content)}, follow=True).content.decode()


def carried(shown: str) -> str:
    import html

    return html.unescape(shown.split('<textarea name="text" hidden>', 1)[1].split("</textarea>", 1)[0]).lstrip("\n")


def test_a_file_in_the_admin(sent: list[Delivery]) -> None:
    client = logged_in("Bulletin editors")
    before = states()
    shown = upload(client, FILE.encode())
    for why in REFUSED.values():
        assert why in shown
    assert "Import 3 lines" in shown
    assert states() == before
    done = client.post(PAGE, {"text": carried(shown)}, follow=True).content.decode()
    assert "Imported: 2 of these readers get no more email, 1 lines are counted for their issue only." in done
    assert states() == [State.SUPPRESSED, State.CONFIRMED, State.SUPPRESSED, State.CONFIRMED]


def test_a_large_file_comes_back_from_the_browser_whole(sent: list[Delivery]) -> None:
    """Browsers end each line with two characters, which makes the text longer than the file was."""
    client = logged_in("Bulletin editors")
    last = Reader.objects.get(deliveries=sent[0]).address
    content = "email,kind\n" + "somebody@example.net,hard\n" * 7_600 + f"{last},hard\n"
    assert 195_000 < len(content) < 200_000
    text = carried(upload(client, content.encode()))
    done = client.post(PAGE, {"text": text.replace("\n", "\r\n")}, follow=True).content.decode()
    assert "Imported: 1 of these readers get no more email" in done
    refused = client.post(PAGE, {"text": text + text}, follow=True).content.decode()
    assert "Nothing was imported" in refused


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty. Choose another."),
        (b"a,b\n1,2\n", "one must be called “email”"),
        (b"email\nada@example.com\n", "one must be called “kind”"),
        (b"email,kind\n" + b"x" * 200_001, "Use at most 200 KB."),
        (b"email,kind\n<script>alert(1)</script>,hard\n", "There is nothing to import."),
        (b"email,kind\n\x00\xff\xfe,hard\n", "There is nothing to import."),
        (b'email,kind\n"ada@example.com,hard\n', "quotation marks"),
    ],
)
def test_a_bad_file_is_explained(sent: list[Delivery], content: bytes, problem: str) -> None:
    shown = upload(logged_in("Administrators"), content)
    assert problem in shown
    assert "<script>alert(1)" not in shown


def test_no_file_and_a_broken_text(sent: list[Delivery]) -> None:
    client = logged_in("Administrators")
    assert "Choose the file." in client.post(PAGE, {}).content.decode()
    for text in ("", "\0", "email,kind\n\ud800,hard", "x" * 300_000):
        data = f"text={text}".encode("utf-8", "surrogatepass")
        assert client.post(PAGE, data, content_type="application/x-www-form-urlencoded").status_code in (302, 400)
    assert Delivery.objects.filter(bounced="").count() == 3


@pytest.mark.parametrize("role", ["Editors", "Facilitators", "Moderators"])
def test_who_may_not_change_readers_may_not_import(sent: list[Delivery], role: str) -> None:
    client = logged_in(role)
    before = states()
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"text": FILE}).status_code == 302
    assert states() == before
    assert Client().get(PAGE).status_code == 302


def test_the_list_of_readers_leads_there(sent: list[Delivery], admin_client: Client) -> None:
    assert PAGE in admin_client.get("/admin/readers/").content.decode()


def test_queries_are_bounded(sent: list[Delivery], django_assert_max_num_queries: Any) -> None:
    from bulletins.sending.bounce_import import take_in

    with django_assert_max_num_queries(3 + 6 * 5 + 2):
        list(take_in(FILE.encode(), dry_run=False))
