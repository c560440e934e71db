"""A made-up corpus in an index of its own, and the rules of search.md read a second time in plain Python."""

import datetime
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from django.http import QueryDict

from search.analysis import Question, Word, parse, tokens
from search.documents import Document
from search.elastic import documents, index
from search.elastic.connection import Place, client_of
from search.elastic.engine import ElasticEngine
from search.embedded.engine import EmbeddedEngine
from search.embedded.store import Store
from search.facets import DIMENSIONS, Value, Vocabulary
from search.protocols import Engine
from search.query import Query
from search.results import Results

# Words that Porter's stemmer leaves alone, so that plain Python can count them.
WORDS = ("alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "zulu")
GROUPS = {"care": ("home-care", "day-care", "respit"), "youth": ("clubs", "mentors")}
VALUES = {"theme": ("t1", "t2", "t3"), "region": ("north", "south"), "evidence": ("0", "1", "5"), "tag": ("x", "y")}
VALUES |= {
    "cost": ("under-5m", "1m-to-5m"),
    "people": ("50-to-249",),
    "place": ("essex",),
    "organisation_name": ("break",),
}
KINDS = ("case-study", "bulletin", "event")


def _vocabulary() -> Vocabulary:
    known: dict[str, dict[str, Value]] = {name: {} for name in DIMENSIONS}
    known["kind"] = {slug: Value(slug, slug) for slug in KINDS}
    for group, below in GROUPS.items():
        known["area"] |= {group: Value(group, group)} | {slug: Value(slug, slug, group) for slug in below}
    for name, slugs in VALUES.items():
        known[name] = {slug: Value(slug, slug.upper()) for slug in slugs}
    return known


VOCABULARY = _vocabulary()


class CorpusEngine(EmbeddedEngine):
    """The embedded engine over entries that came from no page: there is no change log to catch up with."""

    def newest(self) -> int:
        return 0


def entry(page_id: int, title: str = "Title", **values: object) -> Document:
    defaults: dict[str, object] = {"kind": "case-study", "url": f"/{page_id}/"}
    return Document(page_id=page_id, title=title, **(defaults | values))  # type: ignore[arg-type]


def built(folder: Path, entries: Iterable[Document]) -> CorpusEngine:
    """An engine whose index holds these entries."""
    found = list(entries)
    with Store(folder).rebuilding(1) as new:
        new.add({item.page_id: 1 for item in found}, found)
    return CorpusEngine(folder)


def made_up(seed: int, size: int) -> list[Document]:
    """Entries with few words and few values, so that everything meets everything."""
    rng = random.Random(seed)

    def text(most: int) -> str:
        return " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, most)))

    def some(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(value for value in values if rng.random() < 0.3)

    entries = []
    for number in rng.sample(range(1, size * 3), size):
        areas = {slug for below in GROUPS.values() for slug in some(below)}
        groups = {group for group, below in GROUPS.items() if areas & set(below)}
        day = datetime.date(rng.randint(2000, 2006), rng.randint(1, 3), 1) if rng.random() < 0.9 else None
        entries.append(
            entry(
                number,
                text(2) or "alpha",
                kind=rng.choice(KINDS),
                summary=text(4),
                body=text(8),
                tags=(text(1), text(1)),
                facets={name: some(slugs) for name, slugs in VALUES.items()} | {"area": tuple(areas | groups)},
                date=day,
            )
        )
    return entries


class Corpus:
    """Entries in an index of some engine. `write` replaces those of some pages, as the engine's own keeping does."""

    # No dataclass: of these a test that fails would print every entry.
    def __init__(
        self,
        engine: Engine,
        entries: Mapping[int, Document],
        write: Callable[[Mapping[int, int], Sequence[Document]], object],
    ) -> None:
        self.engine, self.entries, self.write = engine, entries, write

    def __repr__(self) -> str:
        return f"{len(self.entries)} entries in {self.engine.name}"

    def ask(self, query: Query, per_page: int = 10) -> Results:
        return self.engine.search(query, VOCABULARY, per_page)


Build = Callable[[Iterable[Document]], Corpus]
# A rule that test_engines_agree holds for the other engine as well, by comparing the two over the same questions.
once = pytest.mark.parametrize("build", ["embedded"], indirect=True)


def corpus(folder: Path, entries: Iterable[Document]) -> Corpus:
    """On this machine."""
    found = list(entries)
    return Corpus(built(folder, found), {item.page_id: item for item in found}, Store(folder).write)


def elastic_corpus(url: str, entries: Iterable[Document]) -> Corpus:
    """On a server. An index that is not rebuilt but written to: tests have many small ones."""
    found = {item.page_id: item for item in entries}
    # A server that has just started takes its time.
    place = Place(client_of([url]), f"corpus-{uuid4().hex[:8]}").unhurried
    place.patient.indices.create(
        index=f"{place.alias}-20000101-000000000000",
        settings=documents.SETTINGS | {"number_of_replicas": 0},
        mappings=documents.MAPPING,
        aliases={place.alias: {}},
    )

    def write(versions: Mapping[int, int], entries: Sequence[Document]) -> object:
        return index.write(place, place.alias, versions, entries)

    write(dict.fromkeys(found, 1), list(found.values()))
    return Corpus(ElasticEngine(place), found, write)


def query(address: str) -> Query:
    return Query.from_params(QueryDict(address), VOCABULARY)


# The same rules again, without an index


def _columns(item: Document) -> list[list[str]]:
    return [tokens(text) for text in (item.title, " · ".join(item.tags), item.summary, item.body)]


def _has(column: list[str], words: Sequence[Word]) -> bool:
    """The words stand together in the column; a prefix stands for the beginning of its word."""
    return any(
        all(
            token == word.text or (word.prefix and token.startswith(word.text))
            for token, word in zip(column[start:], words, strict=False)
        )
        for start in range(len(column) - len(words) + 1)
    )


def _holds(item: Document, words: Sequence[Word]) -> bool:
    return any(_has(column, words) for column in _columns(item))


def allowed(item: Document, question: Question) -> bool:
    """What always holds: every phrase is there, nothing excluded is."""
    phrases = all(_holds(item, [Word(text) for text in phrase]) for phrase in question.phrases)
    return phrases and not any(_holds(item, words) for words in question.excluded)


def matches(entries: Mapping[int, Document], text: str) -> tuple[set[int], set[int]]:
    """The pages that a text matches, and those of them that have all its words."""
    question = parse(text)
    may = {page for page, item in entries.items() if allowed(item, question)}
    every = {page for page in may if all(_holds(entries[page], [word]) for word in question.words)}
    if len(every) >= 10 or not question.words:
        return every, every
    return {page for page in may if any(_holds(entries[page], [word]) for word in question.words)}, every


def values_of(item: Document, dimension: str) -> set[str]:
    if dimension == "kind":
        return {item.kind}
    if dimension == "year":
        return {str(item.date.year)} if item.date else set()
    return set(item.facets.get(dimension, ()))


def passes(item: Document, asked: Query, leave_out: str = "") -> bool:
    for dimension, chosen in asked.facets.items():
        if dimension != leave_out and not values_of(item, dimension) & set(chosen):
            return False
    if leave_out == "year" or (asked.year_from is None and asked.year_to is None):
        return True
    return item.date is not None and (asked.year_from or 0) <= item.date.year <= (asked.year_to or 9999)


def counted(entries: Mapping[int, Document], matched: set[int], asked: Query) -> dict[str, dict[str, int]]:
    """How many matched pages each value would find, its own dimension's choice left aside; only those that find any."""
    found: dict[str, dict[str, int]] = {}
    for dimension in (*DIMENSIONS, "year"):
        found[dimension] = {}
        for page in matched:
            if passes(entries[page], asked, leave_out=dimension):
                for value in values_of(entries[page], dimension):
                    found[dimension][value] = found[dimension].get(value, 0) + 1
    return found
