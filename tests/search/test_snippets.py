"""What is shown of a body: FTS5's own choice, and in a bounded time of a page that says a word very often."""

import random
import re
import time
from pathlib import Path

import pytest

from search.embedded import snippets
from search.query import Query
from search.results import Hit
from tests.search.corpus import VOCABULARY, CorpusEngine, built, entry

OTHERS = [f"w{number}" for number in range(3000)]
WORDS = re.compile(r"[^\W_]+")


def body(often: dict[str, int], size: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    words = [word for word, times in often.items() for _ in range(times)]
    words += chance.choices(OTHERS, k=size - len(words))
    chance.shuffle(words)
    return " ".join(f"{word}." if chance.random() < 0.05 else word for word in words)


def shown(engine: CorpusEngine, text: str) -> list[Hit]:
    return list(engine.search(Query(text), VOCABULARY).hits)


def assert_snippet(hit: Hit, *words: str) -> None:
    """Some words of the text, only these marked."""
    plain = re.sub("</?mark>", "", hit.snippet_html)
    assert "<" not in plain
    assert 1 <= len(WORDS.findall(plain)) <= snippets.WORDS
    assert re.sub(r"<mark>[^<>]*</mark>", "", hit.snippet_html).count("mark>") == 0
    marked = {word for found in re.findall("<mark>([^<]*)</mark>", hit.snippet_html) for word in WORDS.findall(found)}
    assert marked
    assert marked <= set(words)


def test_a_page_that_says_a_word_twenty_thousand_times_is_shown_as_fast_as_others(tmp_path: Path) -> None:
    """Measured: 15 ms; FTS5 alone took four and a half seconds for each."""
    entries = [entry(1, body=body({"housing": 20_000, "walnut": 1}, 28_000)), entry(2, body="walnut " * 20_000)]
    engine = built(tmp_path, entries)
    shown(engine, "other")
    for text, marked in (
        *(("housing", {"housing"}), ("hous*", {"housing"}), ("walnut", {"walnut"}), ('"walnut walnut"', {"walnut"})),
        *(("housing walnut", {"housing", "walnut"}), ("houses", {"housing"}), ('housing -"zulu yankee"', {"housing"})),
    ):
        started = time.process_time()
        hits = shown(engine, text)
        assert time.process_time() - started < 1
        assert hits
        for hit in hits:
            assert_snippet(hit, *marked)
    both = shown(engine, "housing walnut")[0]
    assert "<mark>walnut</mark>" in both.snippet_html  # the word that is rare on it
    assert both.snippet_html.startswith(" … ")


@pytest.mark.parametrize("size", [300, 3000])
def test_of_ordinary_pages_it_is_what_fts5_chooses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    entries = [
        entry(number, body=body({"housing": number * 4, "walnut": 3, "houses": 1}, size, number))
        for number in range(1, 30)
    ]
    engine = built(tmp_path, entries)
    asked = ("housing", "walnut housing", "wal* w1", "w2 w3 w4 w5")
    ours = [shown(engine, text) for text in asked]
    assert any(hit.snippet_html for hits in ours for hit in hits)
    monkeypatch.setattr(snippets, "LONG", 10**9)
    assert [shown(engine, text) for text in asked] == ours


def test_markup_and_accents_in_a_part(tmp_path: Path) -> None:
    text = "<b>Café</b> & <script>café</script> ’s " * 3000
    engine = built(tmp_path, [entry(1, body=text)])
    for word in ("cafe", "café", "CAFÉ"):
        (hit,) = shown(engine, word)
        assert_snippet_escaped(hit.snippet_html)


def assert_snippet_escaped(markup: str) -> None:
    assert "<mark>Café</mark>" in markup
    assert "&lt;b&gt;" in markup
    assert set(re.findall("<[^>]*>", markup)) == {"<mark>", "</mark>"}


def test_a_text_of_one_endless_word(tmp_path: Path) -> None:
    engine = built(tmp_path, [entry(1, body="walnut " * 300 + "x" * 100_000), entry(2, body="a " * 30_000)])
    assert len(shown(engine, "walnut")) == 1
    assert len(shown(engine, "a")) == 1
