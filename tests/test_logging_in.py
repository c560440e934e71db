"""Passwords cannot be tried out by the thousand, and nobody's mailbox is filled with mails to reset one."""

import pytest
from django.core import mail
from django.test import Client

from community import logging_in
from community.models import User
from home.models import HomePage

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
REACHED = "Too many wrong passwords. Try again in 15 minutes."


@pytest.fixture(autouse=True)
def _quick(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    monkeypatch.setattr(logging_in, "WRONG_FOR_ACCOUNT", 3)
    monkeypatch.setattr(logging_in, "WRONG_FROM_NETWORK", 5)


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


def test_three_mails_a_day_reset_a_password(chief: User, client: Client) -> None:
    for _ in range(5):
        response = client.post("/admin/password_reset/", {"email": "Chief@example.com"})
        assert response["Location"] == "/admin/password_reset/done/"
    assert len(mail.outbox) == 3
    client.post("/admin/password_reset/", {"email": "nobody@example.com"})
    assert len(mail.outbox) == 3


def test_who_asked_for_no_page_comes_to_the_front_page(chief: User, client: Client) -> None:
    form = {"username": "chief@example.com", "password": PASSWORD, "next": "//elsewhere.example/"}
    assert client.post("/_util/login/", form)["Location"] == "/"
