"""Phrases of common words are found by the pairs that a large index keeps: the same pages as FTS5 finds, and faster."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casestudies.models import CaseStudyIndexPage
from search.documents import Document
from search.embedded import building, snapshot
from search.embedded.engine import EmbeddedEngine
from search.embedded.maintenance import tidy
from search.embedded.snapshot import Memory
from search.embedded.store import Store
from search.query import Query
from search.synonyms import Synonyms, gathered
from tests.factories import case_study
from tests.search.corpus import VOCABULARY, CorpusEngine, entry, made_up

# Also what becomes no stem, or two of them, and what is folded.
WORD = st.sampled_from(
    ["alpha", "alphas", "bravo", "gamma", "zulu", "Écho", "echo", "\u19c9", "ab\u19b6ab", "²", "x-y"]
)
TEXT = st.lists(WORD, max_size=8).map(" ".join)
PAGE = st.tuples(TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple))
COMMON = frozenset(["alpha", "bravo", "gamma", "echo", "ab", "x", "y"])
VERSIONS = itertools.count(2)


def documents_of(pages: Sequence[tuple[str, str, tuple[str, ...]]]) -> list[Document]:
    return [entry(page, summary, body=body, tags=tags) for page, (summary, body, tags) in enumerate(pages, start=1)]


def index(folder: Path, entries: Sequence[Document], common: frozenset[str]) -> CorpusEngine:
    with Store(folder).rebuilding(1, common) as new:
        new.add({item.page_id: 1 for item in entries}, entries)
    return CorpusEngine(folder)


def found(engine: CorpusEngine, phrase: str) -> list[int]:
    return [hit.page_id for hit in engine.search(Query(f'"{phrase}"'), VOCABULARY, 100).hits]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(PAGE, min_size=1, max_size=8),
    st.lists(PAGE, max_size=4),
    st.lists(st.lists(WORD, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=12),
)
def test_the_same_pages_as_without_pairs(
    tmp_path: Path,
    pages: list[tuple[str, str, tuple[str, ...]]],
    later: list[tuple[str, str, tuple[str, ...]]],
    phrases: list[str],
) -> None:
    folders = [tmp_path / uuid4().hex for _ in range(2)]
    engines = [
        index(folder, documents_of(pages), words)
        for folder, words in zip(folders, (frozenset[str](), COMMON), strict=True)
    ]
    plain, paired = engines
    assert [found(paired, phrase) for phrase in phrases] == [found(plain, phrase) for phrase in phrases]
    version = next(VERSIONS)
    for folder in folders:
        store = Store(folder)
        store.write({item.page_id: version for item in documents_of(later)}, documents_of(later))
    expected = [found(plain, phrase) for phrase in phrases]
    assert [found(paired, phrase) for phrase in phrases] == expected
    tidy(Store(folders[1]), Memory(), 1)
    assert [found(CorpusEngine(folders[1]), phrase) for phrase in phrases] == expected


@pytest.mark.parametrize("few", [0, 100])
def test_longer_phrases_are_looked_for_among_few_pages_and_among_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(snapshot, "RECHECKED", few)
    entries = made_up(5, 150)
    plain = index(tmp_path / "plain", entries, frozenset())
    paired = index(tmp_path / "paired", entries, COMMON)
    for words in itertools.product(("alpha", "bravo", "gamma", "zulu"), repeat=3):
        phrase = " ".join(words)
        assert found(paired, phrase) == found(plain, phrase)
    assert any(found(plain, " ".join(words)) for words in itertools.product(("alpha", "bravo"), repeat=3))


def test_two_common_words_are_not_looked_for_in_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paired = index(tmp_path, [entry(1, "Alpha bravo"), entry(2, "Bravo alpha", body="alpha, bravos")], COMMON)
    monkeypatch.delattr(Memory, "phrase")
    assert found(paired, "alpha bravo") == [1, 2]
    assert found(paired, "bravo alpha") == [2]
    with pytest.raises(AttributeError):
        found(index(tmp_path, [entry(1, "Alpha bravo")], frozenset(["alpha"])), "alpha bravo")


def test_a_large_index_knows_its_common_words(
    committed: None, listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [case_study(listing, f"Walnut {number}", body="maple" if number < 3 else "oak") for number in range(30)]
    ids = [page.pk for page in pages]
    assert building.commonest(ids) == frozenset()
    monkeypatch.setattr(building, "MANY", 20)
    monkeypatch.setattr(building, "SAMPLE", 10)
    common = building.commonest(ids)
    assert {"walnut", "oak"} <= common
    assert "mapl" not in common
    here = EmbeddedEngine()
    here.rebuild()
    with here.view() as (connection, state):
        assert (
            state.common == frozenset(stem for (stem,) in connection.execute("SELECT stem FROM common")) >= {"walnut"}
        )


def test_a_synonym_of_several_words_finds_what_is_written_later(tmp_path: Path) -> None:
    """What it finds is kept only while nothing is written."""
    synonyms = gathered([Synonyms(("charity", "voluntary sector"))])
    here = index(tmp_path, [entry(1, "A voluntary sector")], frozenset())

    def asked() -> list[int]:
        return sorted(hit.page_id for hit in here.search(Query("charity"), VOCABULARY, thesaurus=synonyms).hits)

    assert asked() == asked() == [1]
    Store(tmp_path).write({1: 2, 2: 2}, [entry(1, "A sector"), entry(2, "The voluntary sector")])
    assert asked() == asked() == [2]
