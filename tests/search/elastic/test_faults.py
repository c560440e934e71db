"""A real server that is refused, frozen, killed, read-only, emptied: readers get answers, editors publish, and afterwards
`search_index check` finds no difference. Each test says what it injects and how."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult

from caching import breaker
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from search.elastic import connection, index
from search.engine import engine
from search.fallback import FallbackEngine
from search.models import Change
from search.protocols import Unavailable
from tests.factories import case_study
from tests.search.elastic.conftest import Requests
from tests.search.elastic.servers import Cluster, running
from tests.search.elastic.site import LIMIT, new_process, on, work
from tests.search.site import assert_same_as_database, committed, forget_age, found, newest, publish

pytestmark = [pytest.mark.django_db, pytest.mark.elasticsearch]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def cluster(elasticsearch: Cluster) -> Cluster:
    return elasticsearch


@pytest.fixture(autouse=True)
def _ask_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "PAUSE", 0.0)


@pytest.fixture
def site(cluster: Cluster, settings: LazySettings, listing: CaseStudyIndexPage) -> Iterator[FallbackEngine]:
    """With one page, which both indexes have."""
    with on(cluster.urls, settings) as found:
        case_study(listing, "Walnut")
        found.sync()
        yield found


def totals(client: Client, word: str) -> tuple[int, str]:
    """What a reader finds, and which engine said so."""
    answer = client.get("/search/", {"q": word, "format": "json"})
    assert answer.status_code == 200
    return answer.json()["total"], answer.json()["engine"]


def at_last(client: Client, word: str, total: int) -> None:
    """Elasticsearch finds so many; a server that has just started may need more than its second for the first answer."""
    until = time.monotonic() + LIMIT
    while (found := totals(client, word)) != (total, "elasticsearch") and time.monotonic() < until:
        time.sleep(0.2)
    assert found == (total, "elasticsearch")


def all_is_well(client: Client) -> None:
    """At the end of each fault: the minute jobs have run, Elasticsearch answers, and both indexes are as the database."""
    engine().sync()
    assert_same_as_database()
    at_last(client, "walnut", len(found("walnut")))
    assert client.get("/healthz").json()["search"] == {"engine": "elasticsearch", "lag": 0, "fallback": False}
    assert engine().local.stored() == engine().stored()


def test_without_a_fault(site: FallbackEngine, listing: CaseStudyIndexPage, client: Client) -> None:
    at_last(client, "walnut", 1)
    with committed():
        page = case_study(listing, "Hazelnut")
    assert DBTaskResult.objects.ready().count() == 1  # Elasticsearch is left to the worker
    at_last(client, "hazelnut", 0)
    work()
    at_last(client, "hazelnut", 1)
    with committed():
        page.unpublish()
    assert DBTaskResult.objects.ready().count() == 1
    work()
    at_last(client, "hazelnut", 0)
    all_is_well(client)


def test_refused(
    site: FallbackEngine, cluster: Cluster, settings: LazySettings, listing: CaseStudyIndexPage, client: Client
) -> None:
    """Nobody listens where the address leads (port 9)."""
    settings.ELASTICSEARCH_URL = [NOBODY]
    new_process()
    with committed():
        case_study(listing, "Hazelnut")
    assert totals(client, "hazelnut") == (1, "embedded")
    health = client.get("/healthz").json()
    assert (health["status"], health["search"]["fallback"]) == ("degraded", True)
    for action in ("check", "sync", "rebuild", "rollback"):
        with pytest.raises(CommandError) as raised:
            call_command("search_index", action)
        assert raised.value.returncode == 2
    settings.ELASTICSEARCH_URL = cluster.urls
    new_process()
    all_is_well(client)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is waited for as in life, or less: it never answers in time, however slow the machine is."""
    monkeypatch.setattr(connection, "READ", 1.0)
    monkeypatch.setattr(connection, "WRITE", 2.0)  # how long the worker waits
    new_process()


def test_frozen(
    site: FallbackEngine,
    cluster: Cluster,
    listing: CaseStudyIndexPage,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    requests: Requests,
) -> None:
    """SIGSTOP: it takes connections and answers nothing."""
    forget_age()
    with cluster.frozen(), monkeypatch.context() as patch:
        hurry(patch)
        before = requests()
        with committed():
            case_study(listing, "Hazelnut")
        assert requests() == before  # publishing asked nobody
        assert totals(client, "hazelnut") == (1, "embedded")
        assert totals(client, "hazelnut") == (1, "embedded")
        work()  # says that it waits, and fails nothing
    new_process()
    assert engine().sequence() < newest()
    all_is_well(client)


def test_a_frozen_server_is_waited_for_twice_and_then_left_alone(
    site: FallbackEngine, cluster: Cluster, client: Client, monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    """SIGSTOP, and 20 questions."""
    with monkeypatch.context() as patch:
        hurry(patch)
        patch.setattr(breaker, "PAUSE", 3600.0)
        with cluster.frozen():
            before = requests()
            for _ in range(20):
                assert totals(client, "walnut") == (1, "embedded")
            assert requests() - before == breaker.FAILURES
        assert totals(client, "walnut") == (1, "embedded")
        patch.setattr(breaker, "monotonic", lambda: time.monotonic() + 3601)
        patch.setattr(breaker, "PAUSE", 0.0)
        at_last(client, "walnut", 1)
    new_process()
    all_is_well(client)


def test_killed_and_started_without_its_data(
    site: FallbackEngine, cluster: Cluster, listing: CaseStudyIndexPage, client: Client
) -> None:
    """SIGKILL; the server that is started again has no index."""
    cluster.stop("--kill")
    with committed():
        case_study(listing, "Hazelnut")
    assert totals(client, "hazelnut") == (1, "embedded")
    cluster.start()
    assert totals(client, "hazelnut") == (1, "embedded")  # an empty server knows less than this machine
    all_is_well(client)
    at_last(client, "hazelnut", 1)


def test_read_only(site: FallbackEngine, listing: CaseStudyIndexPage, client: Client) -> None:
    """`index.blocks.read_only_allow_delete`, which the server sets itself where its disk is full."""
    place = connection.place()
    name = index.current(place)
    place.client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": True})
    with committed():
        case_study(listing, "Hazelnut")
    work()
    with pytest.raises(Unavailable, match="read-only"):
        site.sync()
    assert site.sequence() < newest()
    at_last(client, "walnut", 1)
    place.client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": None})
    all_is_well(client)
    at_last(client, "hazelnut", 1)


def test_deleted_behind_our_back(site: FallbackEngine, listing: CaseStudyIndexPage, client: Client) -> None:
    """A DELETE of the index in use."""
    place = connection.place()
    place.client.indices.delete(index=index.current(place))
    assert totals(client, "walnut") == (1, "embedded")
    with pytest.raises(CommandError) as raised:
        call_command("search_index", "check")
    assert raised.value.returncode == 2
    # A write that was on its way makes no index of the server's own.
    with pytest.raises(Unavailable):
        index.write(place, place.alias, {1: 1}, [])
    with pytest.raises(Unavailable):
        site.repair([Change.objects.latest("sequence").page_id])
    assert not place.client.indices.exists(index=place.alias)
    all_is_well(client)
    at_last(client, "walnut", 1)


def test_a_new_index_deleted_while_it_is_filled(site: FallbackEngine, client: Client) -> None:
    """A DELETE of the index that a rebuild is filling; the one in use stays."""
    place = connection.place()
    here = index.current(place)

    def remove(done: int, total: int) -> None:
        for name in place.client.indices.get(index=f"{place.prefix}-*"):
            if name != here:
                index.remove(place, name)

    with pytest.raises(Unavailable):
        site.rebuild(remove)
    assert list(place.client.indices.get(index=f"{place.prefix}-*")) == [here]
    all_is_well(client)


def test_edits_during_a_rebuild(site: FallbackEngine, listing: CaseStudyIndexPage, client: Client) -> None:
    """2,000 edits of 40 pages, a batch of them between any two steps of a rebuild, some of them in the last moment."""
    pages = [case_study(listing, f"Walnut {number}") for number in range(40)]
    site.sync()
    edits = iter(range(2000))

    def edit(count: int) -> None:
        for number, _ in zip(edits, range(count), strict=False):
            page = pages[number % len(pages)]
            CaseStudyPage.objects.filter(pk=page.pk).update(summary=f"edit{number}", live=number % 7 > 0)
            Change.objects.filter(page_id=page.pk).delete()
            Change.objects.create(page_id=page.pk)

    finish = index.Rebuild.finish

    def late(self: index.Rebuild) -> None:
        edit(500)
        finish(self)
        edit(500)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index.Rebuild, "finish", late)
        site.rebuild(lambda done, total: edit(1000))
    assert next(edits, None) is None
    assert_same_as_database()
    publish(pages[0], title="Hazelnut")
    all_is_well(client)
    assert found("edit1999") <= {pages[1999 % 40].pk}


def test_an_older_write_never_replaces_a_newer_one(site: FallbackEngine, listing: CaseStudyIndexPage) -> None:
    """Writes in the wrong order, as of a process that was stopped between reading a page and writing it."""
    from search.sources import documents_for

    place = connection.place()
    page = case_study(listing, "Hazelnut")
    site.sync()
    older = list(documents_for([page.pk]))
    version = newest()
    publish(page, title="Chestnut")
    site.sync()
    assert not index.write(place, place.alias, {page.pk: version}, older).pages
    page.unpublish()
    site.sync()
    assert not index.write(place, place.alias, {page.pk: version}, older).pages
    assert_same_as_database()


def test_wrong_password(
    site: FallbackEngine, cluster: Cluster, settings: LazySettings, listing: CaseStudyIndexPage, client: Client
) -> None:
    """The cluster is given another password than it asks for, as after a change of it."""
    at_last(client, "walnut", 1)
    settings.ELASTICSEARCH_URL = replace(cluster, password="wrong-one").urls
    new_process()
    with committed():
        case_study(listing, "Hazelnut")
    work()
    assert totals(client, "hazelnut") == (1, "embedded")
    with pytest.raises(CommandError, match="401") as raised:
        call_command("search_index", "check")
    assert raised.value.returncode == 2
    assert "wrong-one" not in str(raised.value)
    settings.ELASTICSEARCH_URL = cluster.urls
    new_process()
    all_is_well(client)


def test_one_node_of_three_is_lost(settings: LazySettings, listing: CaseStudyIndexPage, client: Client) -> None:
    """SIGKILL of the node that holds the index's primary shard; its copy on another node takes over."""
    settings.ELASTICSEARCH_REPLICAS = 1
    with running(nodes=3) as three, on(three.urls, settings) as site:
        case_study(listing, "Walnut")
        site.sync()
        place = connection.place()
        # The client waits no longer than this either, so the server should say first that it took too long.
        place.patient.cluster.health(index=place.alias, wait_for_status="green", timeout=f"{LIMIT - 10:.0f}s")
        shards: Any = place.client.cat.shards(index=place.alias, format="json", h=["prirep", "node"])
        (primary,) = [row["node"] for row in shards if row["prirep"] == "p"]
        three.stop("--kill", "--node", primary.removeprefix("node-"))
        with committed():
            case_study(listing, "Hazelnut")
        for _ in range(20):
            assert totals(client, "walnut")[0] == 1  # whoever answers
        place.patient.cluster.health(index=place.alias, wait_for_status="yellow", timeout=f"{LIMIT - 10:.0f}s")
        all_is_well(client)
        at_last(client, "hazelnut", 1)
