"""Passwords cannot be tried out by the thousand, and nobody's mailbox is filled with mails to reset one."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult
from wagtail.models import Collection, PageViewRestriction

from community import authentication
from community.models import User
from core.models import SiteDocument
from home.models import ContentPage, HomePage

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
PASSWORD = "correct horse battery"
REACHED = "Too many wrong passwords. Try again in 15 minutes."


@pytest.fixture(autouse=True)
def _quick(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    monkeypatch.setattr(authentication, "WRONG_FOR_ACCOUNT", 3)
    monkeypatch.setattr(authentication, "WRONG_FROM_NETWORK", 5)


@pytest.fixture
def chief(home: HomePage) -> User:
    return User.objects.create_superuser("chief@example.com", PASSWORD)


def tried(client: Client, path: str, name: str, password: str = "", remote: str = "192.0.2.1") -> str:
    """What the page of the log-in says; "in" where it let somebody in."""
    response = client.post(path, {"username": name, "password": password or "guess"}, REMOTE_ADDR=remote)
    if response.status_code == 302:
        return "in"
    return response.content.decode()


# The page of the editors, and the one that Wagtail shows before a page for members.
@pytest.mark.parametrize("path", ["/admin/login/", "/_util/login/"])
def test_after_some_wrong_passwords_the_right_one_has_to_wait(chief: User, client: Client, path: str) -> None:
    for name in ("chief@example.com", "CHIEF@example.com", "chief@example.com"):
        assert REACHED not in tried(client, path, name)
    assert REACHED in tried(client, path, "chief@example.com", PASSWORD)
    # Nobody is locked out from elsewhere.
    assert tried(client, path, "chief@example.com", PASSWORD, remote="192.0.2.2") == "in"


def test_a_stranger_s_address_gets_the_same_answers(chief: User, client: Client) -> None:
    said = [
        [tried(client, "/admin/login/", name) for _ in range(2)] for name in ("chief@example.com", "no@example.com")
    ]
    assert [text.count("didn&#x27;t match") for texts in said for text in texts] == [1] * 4


def test_names_cannot_be_tried_out_either(chief: User, client: Client) -> None:
    for number in range(5):
        assert REACHED not in tried(client, "/admin/login/", f"name{number}@example.com")
    assert REACHED in tried(client, "/admin/login/", "name6@example.com")


def test_who_knows_the_password_may_log_in_as_often_as_they_like(chief: User, client: Client) -> None:
    for _ in range(7):
        assert tried(Client(), "/admin/login/", "chief@example.com", PASSWORD) == "in"


def test_three_mails_a_day_reset_a_password(committed: None, chief: User, client: Client) -> None:
    """From the worker, which is asked whoever's address it is: how long the answer takes tells nothing."""
    for address, asked in (("Chief@example.com", 3), ("nobody@example.com", 6)):
        for _ in range(5):
            response = client.post("/admin/password_reset/", {"email": address})
            assert response["Location"] == "/admin/password_reset/done/"
        assert (DBTaskResult.objects.ready().count(), mail.outbox) == (asked, [])
    call_command("db_worker", "--backend", "background", "--batch", "--no-startup-delay", "--no-reload", verbosity=0)
    assert [message.to for message in mail.outbox] == [["chief@example.com"]] * 3
    link = next(word for word in mail.outbox[0].body.split() if word.startswith("http"))
    assert link.startswith(f"{settings.SITE_URL}/admin/password_reset/confirm/")
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    assert "new_password1" in page.content.decode()


def test_the_password_of_a_page_is_not_guessed(home: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "WRONG_FOR_PAGE", 3)
    page = home.add_child(instance=ContentPage(title="Ours", slug="ours"))
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="sesame open")
    path = f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"

    def given(password: str, remote: str = "192.0.2.1") -> Any:
        return client.post(path, {"password": password, "return_url": page.url}, REMOTE_ADDR=remote)

    assert "This page needs a password" in client.get(path).content.decode()
    for _ in range(2):
        assert "That password is not right" in given("guess").content.decode()
    for _ in range(2):  # who knows it may come as often as they like
        assert given("sesame open").status_code == 302
    assert given("guess").status_code == 200
    refused = given("sesame open")
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert "Too many wrong passwords. Try again in 15 minutes." in refused.content.decode()
    assert given("sesame open", remote="192.0.2.2").status_code == 302


def test_the_password_of_a_collection_is_not_guessed(
    home: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "WRONG_FOR_PAGE", 3)
    collection = Collection.get_first_root_node().add_child(name="Ours")
    collection.view_restrictions.create(restriction_type="password", password="sesame open")
    kept = SiteDocument.objects.create(title="A", collection=collection, file=ContentFile(b"text", "kept.txt"))
    asked = client.get(kept.url).content.decode()
    assert "needs a password" in asked
    path = re.search(r'action="(/documents/[^"]+)"', asked)
    assert path

    def given(password: str, remote: str = "192.0.2.1") -> Any:
        return client.post(path[1], {"password": password, "return_url": kept.url}, REMOTE_ADDR=remote)

    for _ in range(2):
        assert "That password is not right" in given("guess").content.decode()
    for _ in range(2):
        assert given("sesame open")["Location"] == kept.url
    assert b"".join(client.get(kept.url).streaming_content) == b"text"  # type: ignore[attr-defined]
    assert given("guess").status_code == 200
    refused = given("sesame open")
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert given("sesame open", remote="192.0.2.2").status_code == 302
    assert client.get(path[1]).status_code == 200


def test_who_asked_for_no_page_comes_to_the_front_page(chief: User, client: Client) -> None:
    form = {"username": "chief@example.com", "password": PASSWORD, "next": "//elsewhere.example/"}
    assert client.post("/_util/login/", form)["Location"] == "/"
