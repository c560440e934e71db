"""Links to elsewhere are asked only on the public web, and never for long."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bulletins import link_checker
from bulletins.link_checker import Answer, check, is_public
from bulletins.models import BulletinPage

LIMIT = 120.0  # seconds, however slow the machine is


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a site of ours may need more than the three seconds that others get."""
    monkeypatch.setattr(link_checker, "SECONDS", LIMIT)


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    ended = threading.Event()
    together = threading.Barrier(link_checker.AT_ONCE)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/slow":
                # A byte now and then, for as long as anybody listens: no single wait is long.
                while not ended.wait(0.05):
                    self.wfile.write(b"y")
                return
            if self.path == "/together":
                together.wait(LIMIT)
            if self.path == "/not-http":
                self.wfile.write(b"hello\r\n\r\n")
                return
            status = {"/ok": 200, "/together": 200, "/gone": 410, "/to-ok": 302, "/to-inside": 302, "/round": 301}.get(
                self.path, 404
            )
            self.send_response(status)
            target = {"/to-ok": "/ok", "/to-inside": "http://10.0.0.1/", "/round": "/round"}.get(self.path)
            if target:
                self.send_header("Location", target)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield running
        ended.set()
        running.shutdown()


def ask(server: HTTPServer, path: str) -> Answer:
    """With this one server let through, as if it were public."""
    port = server.server_address[1]
    (answer,) = check([f"http://127.0.0.1:{port}{path}"], lambda address, to: to == port or is_public(address, to))
    return answer


@pytest.mark.parametrize(
    ("path", "works", "said"),
    [
        ("/ok", True, "Works."),
        ("/ok#part", True, "Works."),
        ("/to-ok", True, "Works."),
        ("/gone", False, "Answered with error 410."),
        ("/é b?q=é&x=%20", False, "Answered with error 404."),
        ("/to-inside", False, "Not checked: it does not lead to the public web."),
        ("/round", False, "It redirects too often."),
        ("/not-http", False, "Did not answer."),
    ],
)
def test_what_a_site_says(server: HTTPServer, path: str, works: bool, said: str) -> None:
    answer = ask(server, path)
    assert (answer.works, answer.said) == (works, said)


def test_a_site_that_is_slow_is_not_waited_for(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_checker, "SECONDS", 1.0)
    assert ask(server, "/slow").said == "Did not answer within 1 seconds."


def test_many_are_asked_at_once(server: HTTPServer) -> None:
    """None of them gets an answer before all have asked."""
    port = server.server_address[1]
    links = [f"http://127.0.0.1:{port}/together#{number}" for number in range(link_checker.AT_ONCE)]
    assert [answer.said for answer in check(links, lambda *_: True)] == ["Works."] * link_checker.AT_ONCE


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://224.0.0.1/",
    ],
)
def test_what_is_not_public_is_never_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(*args: Any, **kwargs: Any) -> None:
        raise AssertionError(f"connected to {args}")

    monkeypatch.setattr(socket, "create_connection", connected)
    (answer,) = check([address])
    assert (answer.works, answer.said) == (False, "Not checked: it does not lead to the public web.")


@pytest.mark.parametrize(
    ("number", "port", "public"),
    [("93.184.216.34", 443, True), ("93.184.216.34", 22, False), ("2606:2800:220:1::1", 80, True), ("::1", 80, False)],
)
def test_which_numbers_are_public(number: str, port: int, public: bool) -> None:
    assert is_public(number, port) is public


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "http://", "http://[/", "http://a:99999/", "http://\ud800/", "x", ""]
)
def test_no_address_breaks_it(address: str) -> None:
    (answer,) = check([address])
    assert not answer.works
    assert answer.said


def test_links_are_asked_only_on_request_and_stop_nothing(
    issue_page: BulletinPage, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def outside_world(addresses: list[str]) -> list[Answer]:
        asked.extend(addresses)
        return [Answer(address, works=False, said="Answered with error 404.") for address in addresses]

    monkeypatch.setattr(link_checker, "check", outside_world)
    issue_page.save_revision().publish()
    address = reverse("bulletin_preflight", args=[issue_page.pk])
    shown = admin_client.get(address).content.decode()
    assert asked == []
    assert "Yes: it is published and nothing is in its way." in shown
    shown = admin_client.post(address).content.decode()
    assert asked == ["https://example.org/?a=1&b=2", "https://example.org/funds"]
    assert shown.count("Answered with error 404.") == 2
    assert "Yes: it is published and nothing is in its way." in shown


def test_links_are_not_asked_all_the_time(
    issue_page: BulletinPage, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_checker, "check", lambda addresses: [])
    address = reverse("bulletin_preflight", args=[issue_page.pk])
    with time_machine.travel("2008-01-01T12:00Z", tick=False):
        for _ in range(10):
            admin_client.post(address)
        assert (
            "Links can be checked ten times an hour. Try again in 60 minutes."
            in admin_client.post(address).content.decode()
        )
