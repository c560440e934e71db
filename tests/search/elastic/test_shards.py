"""An index in three parts: everything is counted over all of them, and what is rare is rare in all of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from search.documents import Document
from search.elastic import index
from search.elastic.connection import Place, client_of
from search.elastic.engine import ElasticEngine
from search.query import Query
from search.results import Results
from tests.search import test_spelling
from tests.search.corpus import VOCABULARY, built, entry, made_up

pytestmark = pytest.mark.elasticsearch
SHARDS = 3
ALL = 1000  # more pages than any of these indexes has


@contextmanager
def spread(url: str, entries: Iterable[Document]) -> Iterator[Place]:
    """An index in three parts of these entries."""
    found = list(entries)
    place = Place(client_of([url]), f"shards-{uuid4().hex[:8]}", SHARDS).unhurried
    with index.rebuilding(place, 1) as new:
        new.add({item.page_id: 1 for item in found}, found)
    try:
        yield place
    finally:
        index.remove_all(place)


def parts(place: Place) -> list[list[int]]:
    """The pages of each part."""
    answers = [
        place.client.search(index=place.alias, size=ALL, source=False, preference=f"_shards:{number}")
        for number in range(SHARDS)
    ]
    return [[int(row["_id"]) for row in found["hits"]["hits"]] for found in answers]


def without_order(found: Results) -> Results:
    hits = [replace(hit, snippet_html="") for hit in sorted(found.hits, key=lambda hit: hit.page_id)]
    return replace(found, hits=tuple(hits), engine="", took_ms=0)


def test_everything_but_the_order_is_as_on_this_machine(elasticsearch_url: str, tmp_path: Path) -> None:
    entries = made_up(5, 200)
    here = built(tmp_path, entries)
    with spread(elasticsearch_url, entries) as place:
        assert all(len(pages) > 20 for pages in parts(place))
        there = ElasticEngine(place)
        for text in ("alpha", "alpha bravo", '"alpha bravo" -zulu', "al* omega", "alpha bravo delta gamma kappa", ""):
            for facets in ({}, {"theme": ("t1",)}, {"kind": ("event",), "region": ("north", "south")}):
                query = Query(text, facets)
                found = without_order(there.search(query, VOCABULARY, ALL))
                assert found == without_order(here.search(query, VOCABULARY, ALL))
        for item in entries[:20]:
            alike = there.similar(item.page_id, 4, VOCABULARY)
            assert replace(alike, engine="", took_ms=0) == replace(
                here.similar(item.page_id, 4, VOCABULARY), engine="", took_ms=0
            )
        for typed in ("al", "alpha b", "t", "nor"):
            assert there.suggest(typed, 8, VOCABULARY) == here.suggest(typed, 8, VOCABULARY)


def test_misspelt_words_are_put_right_with_the_words_of_all_parts(elasticsearch_url: str, tmp_path: Path) -> None:
    here = built(tmp_path, test_spelling.PAGES)
    with spread(elasticsearch_url, test_spelling.PAGES) as place:
        there = ElasticEngine(place)
        meant = set()
        for text in ("commisioning", "servises", "suported", "homelesness", "comissioning servises"):
            found = here.search(Query(text), VOCABULARY).suggestion
            assert there.search(Query(text), VOCABULARY).suggestion == found
            meant.add(found)
        assert len(meant) > 2


def test_what_is_rare_in_all_parts_comes_first(elasticsearch_url: str, tmp_path: Path) -> None:
    """The only page of its part with a word that others have comes after those with a word that is rarer in all parts."""
    pages = range(1, 121)
    with spread(elasticsearch_url, [entry(page, body="delta") for page in pages]) as place:
        first, second, _ = parts(place)
        assert len(second) > 29
        often, rarely = [first[0], *second[:20]], second[20:29]
        words = dict.fromkeys(pages, "delta") | dict.fromkeys(often, "alpha") | dict.fromkeys(rarely, "bravo")
        entries = [entry(page, body=word) for page, word in words.items()]
        index.write(place, place.alias, dict.fromkeys(pages, 2), entries)
        for engine in (built(tmp_path, entries), ElasticEngine(place)):
            found = engine.search(Query("alpha bravo"), VOCABULARY, ALL)
            assert [hit.page_id for hit in found.hits] == [*sorted(rarely), *sorted(often)]
