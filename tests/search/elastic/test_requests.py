"""What is asked of a real server, and in how many requests."""

from pathlib import Path

import pytest

from search.documents import Document
from search.elastic import documents
from search.elastic.connection import Place
from search.elastic.engine import ElasticEngine
from search.likeness import CANDIDATES
from search.protocols import Unavailable
from tests.search.corpus import VOCABULARY, Corpus, corpus, elastic_corpus, entry, made_up
from tests.search.elastic.conftest import Requests

pytestmark = pytest.mark.elasticsearch


def _same(here: Corpus, there: Corpus, page: int, kind: str = "") -> list[int]:
    alike = [hit.page_id for hit in there.engine.similar(page, 4, kind=kind).hits]
    assert alike == [hit.page_id for hit in here.engine.similar(page, 4, kind=kind).hits]
    return alike


def test_pages_alike_are_two_requests(elasticsearch_url: str, tmp_path: Path, requests: Requests) -> None:
    entries = made_up(5, 200)
    here, there = corpus(tmp_path, entries), elastic_corpus(elasticsearch_url, entries)
    alike = 0
    for item in entries[:30]:
        for kind in ("", "bulletin"):
            before = requests()
            alike += len(_same(here, there, item.page_id, kind))
            assert requests() - before <= 2
    assert alike > 100
    before = requests()
    assert _same(here, there, 99_999) == []  # no such page
    assert requests() - before == 1


def _rare_and_common() -> list[Document]:
    """One value that few pages share with page 1 weighs more than three that many share; but these share more."""
    stages = ("plan", "buy", "review")
    rare = [entry(page, facets={"area": ("rare",)}) for page in range(10, 60)]
    common = [entry(page, facets={"stage": stages}) for page in range(100, 102 + CANDIDATES)]
    return [entry(1, facets={"area": ("rare",), "stage": stages}), *rare, *common]


def test_pages_that_share_most_come_before_those_that_share_what_is_rare(
    elasticsearch_url: str, tmp_path: Path, requests: Requests
) -> None:
    """The first answer has none of them: they are asked for once more."""
    entries = _rare_and_common()
    here, there = corpus(tmp_path, entries), elastic_corpus(elasticsearch_url, entries)
    before = requests()
    assert _same(here, there, 1) == [100, 101, 102, 103]
    assert requests() - before == 3
    assert _same(here, there, 1, "bulletin") == []


def test_half_an_answer_is_none(elasticsearch_url: str) -> None:
    """One of two shards has no place on this server: nobody is told what the other knows."""
    place: Place = elastic_corpus(elasticsearch_url, []).engine.place  # type: ignore[attr-defined]
    half = Place(place.client, f"{place.prefix}-half")
    place.client.indices.create(
        index=f"{half.alias}-20000101-000000000000",
        settings=documents.SETTINGS
        | {"number_of_shards": 2, "number_of_replicas": 0, "routing.allocation.total_shards_per_node": 1},
        mappings=documents.MAPPING,
        aliases={half.alias: {}},
        wait_for_active_shards=0,
    )
    whole, found = ElasticEngine(place), ElasticEngine(half)
    assert (whole.suggest("walnut", 8, VOCABULARY), whole.similar(1).hits) == ((), ())
    for ask in (lambda: found.suggest("walnut", 8, VOCABULARY), lambda: found.similar(1)):
        with pytest.raises(Unavailable):
            ask()
