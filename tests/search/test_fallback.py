"""Elasticsearch does not answer, or not as it should: the index on this machine does, and nobody waits. No server is
needed: nobody listens at the address, or something else does."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from caching import breaker
from casestudies.models import CaseStudyIndexPage
from cop_site.management.commands import serve
from search.embedded.engine import EmbeddedEngine
from search.engine import engine
from search.fallback import FallbackEngine
from search.models import Change
from tests.factories import case_study
from tests.search.elastic.site import new_process, work
from tests.search.site import committed, newest

pytestmark = pytest.mark.django_db
NOBODY = "http://127.0.0.1:9"


@dataclass
class Stranger:
    """A server that gives every request one answer, and counts them."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"X-Elastic-Product": "Elasticsearch"})
    asked: int = 0
    url: str = ""


@contextmanager
def listening(stranger: Stranger) -> Iterator[Stranger]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            stranger.asked += 1
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(stranger.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(stranger.body)))
            for name, value in stranger.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(stranger.body)

        do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 (their names are given)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stranger.url = f"http://127.0.0.1:{server.server_port}"
        yield stranger
        server.shutdown()


@pytest.fixture
def site(settings: LazySettings, listing: CaseStudyIndexPage, index: EmbeddedEngine) -> Iterator[Callable[[str], None]]:
    """Call it with an address: from then on the site asks there. One page is in the index of this machine."""
    case_study(listing, "Walnut")
    index.sync()

    def ask(url: str) -> None:
        settings.ELASTICSEARCH_URL = [url]
        new_process()

    yield ask
    settings.ELASTICSEARCH_URL = []
    new_process()


def totals(client: Client, word: str) -> tuple[int, str]:
    answer = client.get("/search/", {"q": word, "format": "json"})
    assert answer.status_code == 200
    return answer.json()["total"], answer.json()["engine"]


def run(*words: str) -> Any:
    out = StringIO()
    call_command("search_index", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_every_question_is_answered_by_the_index_on_this_machine(
    site: Callable[[str], None], listing: CaseStudyIndexPage, client: Client
) -> None:
    site(NOBODY)
    with committed():
        page = case_study(listing, "Hazelnut")
    assert totals(client, "hazelnut") == (1, "embedded")
    assert client.get("/search/suggest?q=hazel").json()["suggestions"][0]["text"] == "Hazelnut"
    assert client.get(f"/search/similar/{page.pk}?format=json").status_code == 200
    assert client.get(page.url).status_code == 200
    assert [hit.page_id for hit in engine().hits([page.pk])] == [page.pk]
    body = client.get("/healthz").json()
    assert body == {
        "status": "degraded",
        "database": True,
        "search": {"engine": "embedded", "lag": 0, "fallback": True},
    }


def test_it_takes_in_first_what_another_machine_published(
    site: Callable[[str], None], listing: CaseStudyIndexPage, client: Client
) -> None:
    site(NOBODY)
    case_study(listing, "Hazelnut")  # nothing is applied after its commit
    assert totals(client, "hazelnut") == (1, "embedded")


def test_what_operators_ask_of_the_cluster_says_that_it_is_unavailable(site: Callable[[str], None]) -> None:
    site(NOBODY)
    for words in (["check"], ["check", "--repair"], ["sync"], ["rebuild"], ["rollback"]):
        with pytest.raises(CommandError, match="does not answer") as raised:
            call_command("search_index", *words)
        assert raised.value.returncode == 2
    status = {"engine": "embedded", "entries": 1, "sequence": newest(), "lag": 0, "fallback": True}
    assert run("status") == status
    assert run("status", "--local") == status | {"fallback": False}
    assert run("check", "--local") == {"missing": [], "extra": [], "stale": []}
    assert run("rebuild", "--local") == {"entries": 1}
    assert run("sync", "--local") == {"written": 0}


def test_the_minute_jobs_keep_the_local_index_and_say_that_the_other_is_behind(
    site: Callable[[str], None], listing: CaseStudyIndexPage
) -> None:
    site(NOBODY)
    case_study(listing, "Hazelnut")
    with pytest.raises(CommandError, match="search index"):
        call_command("jobs", stderr=StringIO())
    assert engine().local.sequence() == newest()


def test_the_log_says_once_that_it_is_away_and_once_that_it_is_back(
    site: Callable[[str], None],
    listing: CaseStudyIndexPage,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever asks it, in whichever process: readers, the worker, the minute jobs."""
    monkeypatch.setattr(breaker, "PAUSE", 0.0)

    def told() -> list[str]:
        assert not any(row.exc_info for row in caplog.records)
        found = [row.getMessage() for row in caplog.records if row.levelno >= logging.WARNING]
        caplog.clear()
        return found

    for number in range(3):
        site(NOBODY)  # another process each time
        for _ in range(4):
            totals(client, "walnut")
        with committed():
            case_study(listing, f"Hazelnut {number}")
        work()
        with pytest.raises(CommandError):
            call_command("jobs", stderr=StringIO())
    searches, changes = told()
    assert "the index on this machine answers searches now" in searches
    assert "changes wait in the log" in changes
    here = engine()
    assert isinstance(here, FallbackEngine)
    here.remote = here.local  # it is back
    for _ in range(3):
        totals(client, "walnut")
        call_command("jobs", stdout=StringIO())
    assert told() == ["Elasticsearch answers searches again", "Elasticsearch has taken in what waited"]


def test_serve_says_no_more_of_failed_jobs_than_they_do(
    site: Callable[[str], None], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "close_old_connections", lambda: None)  # they are the test's
    site(NOBODY)
    for _ in range(3):
        serve.Command()._jobs()
    assert len([row for row in caplog.records if row.levelno >= logging.WARNING]) == 1


def test_a_site_is_prepared_without_it(
    site: Callable[[str], None], listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    site(NOBODY)
    case_study(listing, "Hazelnut")
    monkeypatch.setattr("cop_site.management.commands.prepare.collect", lambda: None)
    said = StringIO()
    call_command("prepare", stdout=StringIO(), stderr=said)
    assert "not up to date" in said.getvalue()
    assert engine().local.sequence() == newest()


def test_one_task_waits_for_the_worker_however_much_is_published(
    site: Callable[[str], None], listing: CaseStudyIndexPage
) -> None:
    site(NOBODY)
    for number in range(3):
        with committed():
            case_study(listing, f"Hazelnut {number}")
    assert DBTaskResult.objects.ready().count() == 1
    work()  # it fails for nobody: the log keeps what waits
    assert Change.objects.exists()


def test_after_two_failures_it_is_asked_now_and_then_only(
    site: Callable[[str], None], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "PAUSE", 3600.0)  # longer than this takes on any machine
    with listening(Stranger(500, b'{"error": "out of order"}')) as broken:
        site(broken.url)
        for _ in range(10):
            assert totals(client, "walnut") == (1, "embedded")
        assert broken.asked == breaker.FAILURES
        monkeypatch.setattr(breaker, "monotonic", lambda: time.monotonic() + breaker.PAUSE)
        for _ in range(10):
            assert totals(client, "walnut") == (1, "embedded")
        assert broken.asked == breaker.FAILURES + 1


STRANGERS = {
    "an empty object": Stranger(200, b"{}"),
    "no JSON": Stranger(200, b"<html>"),
    "not Elasticsearch": Stranger(200, b"{}", {}),
    "busy": Stranger(429, b'{"error": {"type": "es_rejected_execution_exception", "reason": "full"}}'),
    "a mistake of ours": Stranger(400, b'{"error": {"type": "parsing_exception", "reason": "?"}}'),
    "a page of a proxy": Stranger(502, b"<h1>Bad gateway</h1>", {}),
    "forbidden": Stranger(403, b'{"error": {"type": "security_exception", "reason": "no"}}'),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_whatever_answers_there_readers_find_what_they_look_for(
    name: str, site: Callable[[str], None], listing: CaseStudyIndexPage, client: Client
) -> None:
    with listening(STRANGERS[name]) as stranger:
        site(stranger.url)
        assert totals(client, "walnut") == (1, "embedded")
        with committed():
            case_study(listing, "Hazelnut")
        assert totals(client, "hazelnut") == (1, "embedded")
        assert client.get("/search/suggest?q=hazel").json()["suggestions"]
        assert client.get("/healthz").status_code == 200
        assert stranger.asked


def test_without_any_index_there_is_a_designed_503(settings: LazySettings, client: Client, db: None) -> None:
    settings.ELASTICSEARCH_URL = [NOBODY]
    new_process()
    answer = client.get("/search/?q=walnut")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert client.get("/healthz").json()["search"] == {"engine": "elasticsearch", "lag": None, "fallback": False}
    with pytest.raises(CommandError) as raised:
        call_command("search_index", "status")
    assert raised.value.returncode == 2
    new_process()
