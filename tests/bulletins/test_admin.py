"""What editors do with issues in the admin: the form, the list, test copies, copies."""

import re
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from bulletins.models import BulletinIndexPage, BulletinPage
from community.models import User
from tests.factories import bulletin
from tests.smtp_sink import Sink


def test_copy(page: BulletinPage) -> str:
    return reverse("bulletin_test_copy", args=[page.pk])


test_copy.__test__ = False  # type: ignore[attr-defined]


def test_a_test_copy_comes_to_oneself_only(issue_page: BulletinPage, admin_client: Client, sink: Sink) -> None:
    issue_page.subject = "Of the draft"
    issue_page.save_revision()
    response = admin_client.post(test_copy(issue_page), {"to": "other@example.org"}, follow=True)
    assert "A test copy is on its way to admin@example.com." in response.content.decode()
    (mail,) = sink.mails
    assert sink.envelopes[0][1] == ["admin@example.com"]
    assert mail["Subject"] == "Test copy: Of the draft"
    for header in ("Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert mail[header], header
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "link.invalid" not in text + html
    assert "An example" in text
    assert "An example" in html


def test_a_mail_server_that_refuses_is_told_of(issue_page: BulletinPage, admin_client: Client, sink: Sink) -> None:
    sink.refuses = True
    shown = admin_client.post(test_copy(issue_page), follow=True).content.decode()
    assert "The mail server did not take the test copy (SMTPRecipientsRefused). Nothing was sent." in shown


def test_a_mail_server_that_is_down_is_told_of(
    issue_page: BulletinPage, admin_client: Client, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "mail.server.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    shown = admin_client.post(test_copy(issue_page), follow=True).content.decode()
    assert "The mail server did not take the test copy (ConnectionRefusedError)." in shown


def test_test_copies_are_limited(issue_page: BulletinPage, admin_client: Client, sink: Sink) -> None:
    with time_machine.travel("2008-01-01T12:00Z", tick=False):
        for _ in range(20):
            admin_client.post(test_copy(issue_page))
        shown = admin_client.post(test_copy(issue_page), follow=True).content.decode()
        assert "Twenty test copies an hour can be sent. Try again in 60 minutes." in shown
        assert len(sink.mails) == 20


def form(**values: Any) -> dict[str, Any]:
    empty = {"sections-count": "0", "editorial": "null"}
    return {"title": "Spring", "year": "2008", "season": "1", "issue_number": "1"} | empty | values


@pytest.fixture
def bulletin_editor(db: None) -> Client:
    user = User.objects.create_user("editor@example.org", "correct horse battery")
    user.groups.add(Group.objects.get(name="Bulletin editors"))
    client = Client()
    client.force_login(user)
    return client


def add_address(archive: BulletinIndexPage) -> str:
    return reverse("wagtailadmin_pages:add", args=["bulletins", "bulletinpage", archive.pk])


def test_a_draft_gets_its_address_and_the_next_number(archive: BulletinIndexPage, bulletin_editor: Client) -> None:
    bulletin(archive, "Winter", issue_number=3)
    shown = bulletin_editor.get(add_address(archive)).content.decode()
    assert re.search(r'name="issue_number"[^>]*value="4"|value="4"[^>]*name="issue_number"', shown)
    response = bulletin_editor.post(add_address(archive), form(issue_number="4"))
    assert response.status_code == 302
    page = BulletinPage.objects.get(title="Spring")
    assert (page.slug, page.issue_number, page.live) == ("2008-spring", 4, False)
    shown = bulletin_editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert reverse("bulletin_suggest", args=[page.pk]) in shown
    assert reverse("bulletin_preflight", args=[page.pk]) in shown


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"year": "2007", "season": "4"}, "There is an issue for winter 2007 already: “Winter”."),
        ({"year": ""}, "This field is required."),
        ({"year": "10"}, "greater than or equal to 1990"),
        ({"year": "9" * 40}, "less than or equal to 2100"),
        ({"season": "9"}, "Select a valid choice"),
        ({"issue_number": "9" * 40}, "less than or equal to 9999"),
        ({"subject": "s\0"}, "Null characters are not allowed"),
    ],
)
def test_each_error_of_the_form(
    archive: BulletinIndexPage, bulletin_editor: Client, values: dict[str, str], said: str
) -> None:
    bulletin(archive, "Winter", issue_number=3)
    response = bulletin_editor.post(add_address(archive), form(**values))
    assert response.status_code == 200
    assert said in response.content.decode()
    assert BulletinPage.objects.count() == 1


def test_an_issue_is_not_copied(issue_page: BulletinPage, admin_client: Client) -> None:
    for method in (admin_client.get, admin_client.post):
        response = method(reverse("wagtailadmin_pages:copy", args=[issue_page.pk]), follow=True)
        assert "Add a new issue instead" in response.content.decode()
    assert BulletinPage.objects.count() == 1


@pytest.mark.parametrize("address", ["/admin/bulletins/", "/admin/content/", "/admin/bulletins/?ordering=slug"])
def test_issues_are_listed(issue_page: BulletinPage, admin_client: Client, address: str) -> None:
    issue_page.save_revision().publish()
    assert "A year of the action plan" in admin_client.get(address).content.decode()
