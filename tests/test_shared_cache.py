"""The cache that all processes share, with a real Redis that is stopped, frozen and comes back."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client
from redis.connection import Connection

from bench.ports import held_port
from caching import breaker, shared
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from search.engine import engine
from taxonomy.models import Facet, Term
from tests.factories import case_study, term

# Pages are kept for a day: not one of these tests may see two.
pytestmark = [pytest.mark.redis, pytest.mark.time_machine("2027-07-01T12:00Z")]
LIMIT = 120.0  # seconds, however slow the machine is
PATIENT = dict.fromkeys(shared.LIMITS, LIMIT)  # where it is not about a server that hangs


class Redis:
    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder
        self.start()

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            with closing(socket.socket()) as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def say(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(timeout=LIMIT)


@pytest.fixture
def redis(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    monkeypatch.setattr(shared, "redis_breaker", breaker.Breaker(shared.logger, "away", "back"))
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    with held_port() as port:
        running = Redis(tmp_path, port)
        use(settings, running, PATIENT)
        yield running
        running.stop()


def use(settings: LazySettings, redis: Redis, limits: Mapping[str, float]) -> None:
    """The site asks this server, as a process that has just started."""
    options = {"BACKEND": "caching.shared.SharedCache", "LOCATION": f"redis://127.0.0.1:{redis.port}/0"}
    settings.CACHES = {name: options | {"KEY_PREFIX": name, "OPTIONS": dict(limits)} for name in ("default", "pages")}


@pytest.fixture
def study(committed: None, redis: Redis, listing: CaseStudyIndexPage) -> CaseStudyPage:
    found = case_study(listing, "First title", slug="first")
    engine().rebuild()
    Client().get(found.url)  # the first one makes the site's settings
    return found


def read(study: CaseStudyPage) -> str:
    """The page as a reader gets it from a process that has just started."""
    answer = Client().get(study.url)
    assert answer.status_code == 200
    return answer.content.decode()


def is_kept(study: CaseStudyPage, counter: Any) -> bool:
    with counter(100) as asked:
        read(study)
    return len(asked) == 1


def test_what_one_process_made_another_hands_out(
    study: CaseStudyPage, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    read(study)
    assert is_kept(study, django_assert_max_num_queries)
    study.title = "Second title"
    study.save_revision().publish()
    assert "Second title" in read(study)
    assert is_kept(study, django_assert_max_num_queries)


def break_by_stopping(redis: Redis) -> None:
    redis.stop()


def break_by_freezing(redis: Redis) -> None:
    redis.say(signal.SIGSTOP)


@pytest.mark.parametrize("fault", [break_by_stopping, break_by_freezing])
def test_readers_and_editors_do_without_it(
    study: CaseStudyPage,
    redis: Redis,
    settings: LazySettings,
    fault: Callable[[Redis], None],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    read(study)
    use(settings, redis, {})
    fault(redis)
    end = threading.Timer(LIMIT, redis.stop)  # who waits for a server that hangs waits until it is gone
    end.daemon = True
    end.start()
    assert "First title" in read(study)
    study.title = "Second title"
    study.save_revision().publish()
    assert "Second title" in read(study)
    assert end.is_alive()
    end.cancel()
    redis.stop()
    redis.start()
    use(settings, redis, PATIENT)
    assert "Second title" in read(study)
    assert is_kept(study, django_assert_max_num_queries)


def test_one_that_hangs_is_not_waited_for_again_and_again(
    study: CaseStudyPage,
    redis: Redis,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(breaker, "PAUSE", 3600.0)
    use(settings, redis, {})
    redis.say(signal.SIGSTOP)
    for _ in range(20):
        read(study)
    assert len([row for row in caplog.records if row.name == "caching" and row.levelname == "ERROR"]) == 1
    assert not shared.redis_breaker.may_ask()


def test_everything_that_can_be_asked_of_it(redis: Redis) -> None:
    cache = caches["default"]
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    cache.set("b", {"c": [1]})
    assert (cache.get("a"), cache.get("b"), cache.get("d", "nothing")) == (1, {"c": [1]}, "nothing")
    assert cache.set_many({"e": 5}) == []
    assert cache.get_many(["a", "e", "f"]) == {"a": 1, "e": 5}
    assert (cache.has_key("a"), cache.touch("a"), cache.delete("a"), cache.get("a")) == (True, True, True, None)
    cache.delete_many(["b"])
    cache.clear()
    assert cache.get_many(["a", "b", "e"]) == {}
    redis.stop()
    cache.set("a", 1)
    assert (cache.get("a", 7), cache.get_many(["a"]), cache.has_key("a")) == (7, {}, False)
    assert (cache.add("a", 1), cache.set_many({"a": 1}), cache.touch("a")) == (False, ["a"], False)
    cache.delete_many(["a"])
    cache.clear()
    assert not cache.delete("a")


def test_a_merge_of_terms_waits_for_a_frozen_one_twice_at_most(
    study: CaseStudyPage, redis: Redis, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, admin_client: Client
) -> None:
    """It writes pages into the index, and each of these asks for the addresses of the site."""
    one, two = term(Facet.THEME, "one"), term(Facet.THEME, "two")
    for number in range(5):
        page = case_study(study.get_parent(), f"Page {number}")
        page.themes = [one]
        page.save()
    engine().sync()
    monkeypatch.setattr(breaker, "PAUSE", 3600.0)
    use(settings, redis, {})
    waits: list[int] = []
    read_response = Connection.read_response

    def read_and_count(self: Connection, *args: Any, **options: Any) -> Any:
        waits.append(1)
        return read_response(self, *args, **options)

    monkeypatch.setattr(Connection, "read_response", read_and_count)
    redis.say(signal.SIGSTOP)
    answer = admin_client.post(f"/admin/vocabulary/theme/merge/{one.pk}/", {"into": two.pk})
    assert answer.status_code == 302
    assert admin_client.get(answer["Location"]).status_code == 200
    assert len(waits) <= breaker.FAILURES
    assert Term.all_objects.get(pk=one.pk).merged_into == two
    assert "Page 0" in Client().get("/search/?theme=two").content.decode()


def test_one_that_is_only_just_in_time_is_left_alone_too(
    study: CaseStudyPage, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that freezes and thaws, or has no memory left: no answer fails, and all together take a minute."""
    monkeypatch.setattr(breaker, "PAUSE", 3600.0)
    monkeypatch.setattr(shared, "SLOW", -1.0)  # every answer takes longer
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a") == 1  # what has come counts
    assert not shared.redis_breaker.may_ask()
    assert cache.get("a") is None
    assert "First title" in read(study)
