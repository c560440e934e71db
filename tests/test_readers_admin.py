"""Readers in the admin: who may see them, what an editor finds, and that each act asks first."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from bulletins.readers import consent, importing
from bulletins.readers.models import (
    Consent,
    ConsentEvent,
    ForgottenAddress,
    Reader,
    ReaderImport,
    Reason,
    RefusedLine,
    Source,
    State,
)
from community.models import User
from home.models import HomePage
from tests.factories import area
from tests.readers import reader

pytestmark = pytest.mark.django_db
LIST = "/admin/readers/"
MAY = ["Bulletin editors", "Administrators"]
MAY_NOT = ["Editors", "Facilitators", "Moderators", ""]


def logged_in(role: str) -> Client:
    person = User.objects.create_user(f"{role or 'nobody'}@example.com".replace(" ", "-").lower())
    if role:
        person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def editor(home: HomePage) -> Client:
    return logged_in("Bulletin editors")


def addresses_of(one: Reader, run: ReaderImport) -> list[str]:
    acts = [reverse(f"readers:{name}", args=[one.pk]) for name in ("reader", "unsubscribe", "lift", "erase")]
    names = ("import", "import_report", "import_columns", "import_go_on", "import_discard")
    runs = [reverse(f"readers:{name}", args=[run.pk]) for name in names]
    return [LIST, f"{LIST}results/", f"{LIST}export/", f"{LIST}import/", *acts, *runs]


def checked(content: str) -> ReaderImport:
    run = importing.start(content.encode(), "list.csv", "On paper")
    importing.work_through(run.pk)
    run.refresh_from_db()
    return run


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return sorted(one.address.partition("@")[0] for one in response.context["object_list"])


# Who may


@pytest.mark.parametrize("role", MAY_NOT)
def test_nobody_else_sees_or_touches_a_reader(home: HomePage, role: str) -> None:
    one, run = reader(), checked("email\nbob@example.com\nnobody\n")
    client = logged_in(role)
    for address in addresses_of(one, run):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in (302, 403, 405), address
            assert b"ada@example.com" not in answer.content
        missing = address.replace(str(one.pk), "999999") if str(one.pk) in address else address
        assert client.get(missing).status_code in (302, 403, 405), "nor which there are"
    assert Reader.objects.get().state == State.CONFIRMED
    assert ReaderImport.objects.get().step == ReaderImport.Step.CHECKED
    assert "Readers" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("role", MAY)
def test_bulletin_editors_and_administrators_do(home: HomePage, role: str) -> None:
    one, run = reader(), checked("email\nbob@example.com\nnobody\n")
    client = logged_in(role)
    assert LIST in client.get("/admin/").content.decode()
    only_post = ("columns", "go-on", "discard")
    for address in addresses_of(one, run):
        expected = 405 if any(word in address for word in only_post) else 200
        assert client.get(address).status_code == expected, address


def test_nothing_there_is_never_an_error(editor: Client) -> None:
    for address in ("7/", "7/erase/", f"{10**30}/", f"{10**30}/erase/", "import/7/", f"import/{10**30}/report/", "x/"):
        assert editor.get(f"{LIST}{address}").status_code == 404
    wrong = ("?q=%00", "?q=%22", "?q=%ed%a0%80", "?state=x&area=x&came_by=%00", "?p=999999999999999999999")
    days = ("?created_at_from=9999-12-31&created_at_to=0001-01-01", "?created_at_from=x", "?created_at_to=9999-12-31")
    for query in (*wrong, *days, "?ordering=%00", "?q=" + "a" * 5000):
        assert editor.get(f"{LIST}{query}").status_code == 200, query
        assert editor.get(f"{LIST}export/{query}").status_code in (200, 302)


# The list


def test_the_list_is_filtered_and_counted(editor: Client) -> None:
    empty = editor.get(LIST).content.decode()
    assert "Nobody gets the e-bulletin yet" in empty
    reader("ada@example.com").areas.set([area("prisons"), area("advice")])
    reader("bob@xn--bcher-kva.example", came_by=Source.IMPORT)
    old = timezone.now() - datetime.timedelta(days=400)
    reader("cyd@example.com", State.UNSUBSCRIBED, created_at=old).areas.set([area("advice")])
    assert listed(editor) == ["ada", "bob", "cyd"]
    assert listed(editor, "?state=confirmed") == ["ada", "bob"]
    assert listed(editor, "?state=confirmed&state=unsubscribed&area=advice") == ["ada", "cyd"]
    assert listed(editor, "?area=advice&area=prisons") == ["ada", "cyd"], "once each"
    assert listed(editor, "?came_by=import") == ["bob"]
    assert listed(editor, f"?created_at_to={(old + datetime.timedelta(days=1)).date()}") == ["cyd"]
    assert listed(editor, "?q=EXAMPLE.com") == ["ada", "cyd"]
    assert listed(editor, "?q=bob@bücher.example") == ["bob"]
    html = " ".join(editor.get(LIST).content.decode().split())
    assert "<strong>2</strong> confirmed" in html
    assert "<strong>1</strong> unsubscribed" in html
    assert "No reader matches" in editor.get(f"{LIST}?q=zzz").content.decode()


def test_the_list_asks_little(editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    editor.get(LIST)
    for number in range(40):
        reader(f"r{number}@example.com").areas.set([area("prisons"), area("advice")])
    with django_assert_max_num_queries(24):
        editor.get(LIST)


def test_the_list_is_downloaded_as_it_is_filtered(editor: Client) -> None:
    reader("=cmd@example.com")
    reader("bob@example.com", State.UNSUBSCRIBED)
    page = editor.get(f"{LIST}?state=confirmed").content.decode()
    assert f"{LIST}export/?state=confirmed" in page
    response = editor.get(f"{LIST}export/?state=confirmed")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row["email"] for row in csv.DictReader(io.StringIO(text))] == ["'=cmd@example.com"]


@pytest.mark.parametrize("asked", ["came_by=carrier-pigeon", "state=unheard-of", "created_at_from=yesterday-ish"])
def test_a_filter_that_cannot_be_read_downloads_nobody(asked: str, editor: Client) -> None:
    reader("bob@example.com")
    response = editor.get(f"{LIST}export/?{asked}")
    assert (response.status_code, response["Location"]) == (302, f"{LIST}?{asked}")
    assert "Nothing was downloaded: the filter cannot be read." in editor.get(response["Location"]).content.decode()


# One reader


def test_a_reader_s_page_shows_the_record(editor: Client) -> None:
    one = reader("ada@xn--bcher-kva.example")
    one.areas.set([area("prisons", label="Prisons")])
    consent.subscribe(one, Source.MAIL, "These <b>words</b>")
    html = editor.get(reverse("readers:reader", args=[one.pk])).content.decode()
    for said in ("ada@bücher.example", "Prisons", "link in a mail", "These &lt;b&gt;words&lt;/b&gt;", "Unsubscribe…"):
        assert said in html
    assert "Let sign up again" not in html
    assert one.key not in html, "whoever has the key has the reader's links"


@pytest.mark.parametrize("act", ["unsubscribe", "lift", "erase"])
def test_each_act_asks_first(editor: Client, act: str) -> None:
    one = reader(state=State.SUPPRESSED if act == "lift" else State.CONFIRMED)
    address = reverse(f"readers:{act}", args=[one.pk])
    asked = editor.get(address).content.decode()
    assert "ada@example.com" in asked
    assert "Yes, " in asked
    before = Reader.objects.values().get()
    assert Reader.objects.values().get() == before
    answer = editor.post(address, follow=True)
    assert answer.status_code == 200
    assert "ada@example.com" in answer.content.decode()
    if act == "erase":
        assert not Reader.objects.exists()
        assert ForgottenAddress.of("ada@example.com").exists()
        assert editor.post(address).status_code == 404
        return
    one.refresh_from_db()
    assert (one.state, one.reason) == (State.UNSUBSCRIBED, "")
    if act == "unsubscribe":
        record = Consent.objects.get()
        assert (record.act, record.how) == (ConsentEvent.WITHDRAWN, Source.EDITOR)
        assert str(record.by).startswith("bulletin-editors")
    assert editor.post(address).status_code == 302
    assert Consent.objects.count() == (act == "unsubscribe")


def test_a_complaint_that_is_lifted_may_sign_up_again(editor: Client, client: Client) -> None:
    from django.core import mail

    from tests.readers import sign_up

    one = reader(state=State.SUPPRESSED, reason=Reason.COMPLAINT)
    sign_up(client)
    assert mail.outbox == []
    editor.post(reverse("readers:lift", args=[one.pk]))
    sign_up(client)
    assert len(mail.outbox) == 1


# Importing


def upload(
    client: Client, content: bytes, statement: str = "On paper, 2007", name: str = "list.csv", **more: str
) -> Any:
    return client.post(f"{LIST}import/", {"file": SimpleUploadedFile(name, content), "statement": statement} | more)


def test_an_import_from_the_file_to_the_readers(editor: Client) -> None:
    answer = upload(editor, b"email\nada@example.com\nnobody\n=x\n", name="<b>list</b>.csv")
    run = ReaderImport.objects.get()
    page = reverse("readers:import", args=[run.pk])
    assert (answer.status_code, answer["Location"]) == (302, page)
    waiting = editor.get(page)
    assert waiting["Refresh"] == "3"
    assert "0 of 4 lines" in waiting.content.decode()
    importing.work_through(run.pk)
    dry = editor.get(page)
    assert "Refresh" not in dry
    html = dry.content.decode()
    assert "<strong>1</strong> reader would be imported, <strong>2</strong> lines would be refused" in html
    assert "Import 1 reader" in html
    assert "<b>list" not in html
    assert not Reader.objects.exists()
    report = editor.get(reverse("readers:import_report", args=[run.pk]))
    text = b"".join(report.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    wrong = "This is not a mail address."
    assert list(csv.reader(io.StringIO(text))) == [
        ["line", "reason", "email"],
        ["3", wrong, "nobody"],
        ["4", wrong, "'=x"],
    ]
    for _ in range(2):
        editor.post(reverse("readers:import_go_on", args=[run.pk]))
    importing.work_through(run.pk)
    assert "<strong>1</strong> reader is imported" in editor.get(page).content.decode()
    assert Reader.objects.get().came_by == Source.IMPORT
    assert str(Consent.objects.get().by).startswith("bulletin-editors")
    assert "imported" in editor.get(f"{LIST}import/").content.decode()
    editor.post(reverse("readers:import_discard", args=[run.pk]))
    assert ReaderImport.objects.exists(), "what was imported stays on record"


def test_a_suppression_list_from_the_file_to_the_readers(editor: Client) -> None:
    reader("ada@example.com")
    assert "Say where this list comes from." in upload(editor, b"email\n", "", kind="suppression").content.decode()
    assert "Select a valid choice" in upload(editor, b"email\n", kind="others").content.decode()
    upload(editor, b"email\nada@example.com\nbob@example.com\n", "Left by post", kind="suppression")
    run = ReaderImport.objects.get()
    importing.work_through(run.pk)
    html = editor.get(reverse("readers:import", args=[run.pk])).content.decode()
    assert "<strong>2</strong> addresses would be suppressed" in html
    assert "Suppress 2 addresses" in html
    editor.post(reverse("readers:import_go_on", args=[run.pk]))
    importing.work_through(run.pk)
    assert Reader.objects.get().state == State.UNSUBSCRIBED
    assert ForgottenAddress.of("bob@example.com").exists()
    assert "(suppression list)" in editor.get(f"{LIST}import/").content.decode()


def test_who_may_only_add_readers_suppresses_nobody(home: HomePage) -> None:
    person = User.objects.create_user("adds@example.com")
    may = ("add_reader", "access_admin")
    person.user_permissions.add(*Permission.objects.filter(codename__in=may))
    client = Client()
    client.force_login(person)
    assert 'value="suppression"' not in client.get(f"{LIST}import/").content.decode()
    upload(client, b"email\nada@example.com\n", kind="suppression")
    assert ReaderImport.objects.get().kind == ReaderImport.Kind.READERS
    reader("ada@example.com")
    ReaderImport.objects.update(kind=ReaderImport.Kind.SUPPRESSION)
    run = ReaderImport.objects.get()
    importing.work_through(run.pk)
    client.post(reverse("readers:import_go_on", args=[run.pk]))
    assert ReaderImport.objects.get().step == ReaderImport.Step.CHECKED


def test_a_file_can_be_discarded(editor: Client) -> None:
    run = checked("email\nada@example.com\nnobody\n")
    assert editor.post(reverse("readers:import_discard", args=[run.pk])).status_code == 302
    assert not ReaderImport.objects.exists()
    assert not RefusedLine.objects.exists()


@pytest.mark.parametrize(
    ("content", "statement", "said"),
    [
        (b"", "On paper", "The file is empty. Choose another."),
        (b"email\n", "", "Say where and when they consented."),
        (b"email\n", "a\0b", "Null characters are not allowed."),
        (b"email\n", "a\x1bb", "Take out the characters that are not text."),
        (b"x" * (importing.LARGEST + 1), "On paper", "Use at most 20 MB."),
    ],
)
def test_what_is_missing_is_told(editor: Client, content: bytes, statement: str, said: str) -> None:
    answer = upload(editor, content, statement)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not ReaderImport.objects.exists()
    assert "Choose the file." in editor.post(f"{LIST}import/", {}).content.decode()


def test_a_file_that_is_no_list_says_why(editor: Client) -> None:
    run = checked("name\nAda\n")
    html = editor.get(reverse("readers:import", args=[run.pk])).content.decode()
    assert "cannot be read" in html
    assert "one must be called “email”" in html
    assert "Discard the file" in html
