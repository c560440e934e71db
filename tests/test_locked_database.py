"""A database that somebody else holds for longer than we wait: 503, and what was written in a form is not lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client

from bulletins.readers.models import Reader
from community.models import User
from home.models import ContentPage, HomePage
from tests.forms import edit_url, empty
from tests.readers import OURS, send_form, stamped

pytestmark = pytest.mark.django_db(transaction=True)
__test__ = connection.vendor == "sqlite"


@pytest.fixture
def locked(home: HomePage) -> Iterator[sqlite3.Connection]:
    """Another process writes, and goes on with that; nobody waits for it."""
    connection.ensure_connection()
    connection.cursor().execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


class Fields(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.actions: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "input" and values.get("type") == "hidden":
            self.found.append((values["name"], values["value"]))
        if values.get("method") == "post":
            self.actions.append(values["action"])

    def as_form(self) -> dict[str, list[str]]:
        form: dict[str, list[str]] = {}
        for name, value in self.found:
            form.setdefault(name, []).append(value)
        return form


def test_a_public_form_is_sent_once_more(locked: sqlite3.Connection, client: Client) -> None:
    client.raise_request_exception = False
    response = send_form(client, other=["a", "b"])
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    held = Fields(response.content.decode())
    assert held.actions == ["/bulletins/subscribe/"]
    assert held.as_form()["other"] == ["a", "b"]
    assert "<script" not in response.content.decode().split("<form", 1)[1]
    locked.execute("ROLLBACK")
    again = client.post(held.actions[0], held.as_form() | {"stamp": [stamped()]}, headers=OURS)
    assert again.status_code == 303


def test_an_editor_s_page_is_sent_once_more(locked: sqlite3.Connection, home: HomePage, client: Client) -> None:
    locked.execute("ROLLBACK")
    page = home.add_child(instance=ContentPage(title="About", slug="about"))
    client.force_login(User.objects.create_superuser("admin@example.com", "correct horse battery"))
    locked.execute("BEGIN IMMEDIATE")
    client.raise_request_exception = False
    written = 'New & "old"\n<b>'
    response = client.post(edit_url(page), empty(title=written, slug="about"))
    assert response.status_code == 503
    held = Fields(response.content.decode())
    assert held.as_form()["title"] == [written]
    locked.execute("ROLLBACK")
    assert client.post(held.actions[0], held.as_form()).status_code in (200, 302)
    assert page.revisions.latest("pk").content["title"] == written


def test_a_password_is_not_written_into_a_page(locked: sqlite3.Connection, client: Client) -> None:
    client.raise_request_exception = False
    response = client.post("/admin/login/", {"username": "a@example.com", "password": "secret word"})
    assert response.status_code == 503
    assert "secret word" not in response.content.decode()
    assert not Reader.objects.exists()
