"""An index that is made at once holds what one that is written page by page holds; whoever makes its batches."""

import os
import re
import signal
import sqlite3
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap
from wagtail.rich_text import get_text_for_indexing

from casestudies.models import CaseStudyIndexPage
from search import workers
from search.analysis import tokens
from search.documents import Document, plain_from_html, with_lines_apart
from search.embedded import building, postings
from search.embedded.building import Made, made
from search.embedded.engine import EmbeddedEngine
from search.embedded.maintenance import tidy
from search.embedded.snapshot import Memory
from search.embedded.store import Store
from search.engine import engine
from search.rich_text import plain_from_rich_text
from tests.factories import case_study
from tests.search.corpus import entry, made_up
from tests.search.site import assert_same_as_database, found

# Every word of these reaches another level, has accents, or is one of which the index keeps nothing or several.
ODD = (
    *(
        "Café cafe CAFÉ",
        "naïve ’tis don’t £5 user_name",
        "a" * 70000,
        "ﬁ ² ½ Ⅷ ٣ ǅ",
        "İstanbul ıı",
        "一二三 四",
        "x̂ e\u0301",
    ),
    *(
        "service services serviced " * 3,
        "the the the the the",
        "one two three " * 7,
        "",
        " ",
        "\u00b2\u00b3 ᾳ ß ẞ ŉ",
        "ab\u19b6cd \u19c9 ab\u19b6ab ab\u19b6ab",
    ),
)


def odd_entries() -> list[Document]:
    several = [
        entry(
            100_000 + number,
            title,
            summary=ODD[(number + 3) % len(ODD)],
            body=f"{ODD[(number + 5) % len(ODD)]} {title}",
            tags=("tag", ODD[(number + 7) % len(ODD)][:40]),
            organisations=("Trust", f"Trust {number % 3}"),
        )
        for number, title in enumerate(ODD)
    ]
    return made_up(31, 60) + several


def content(folder: Path) -> dict[str, Any]:
    """Everything that the index holds, but the number of its writes."""
    store = Store(folder)
    with store.reading() as (_, connection):
        held: dict[str, Any] = {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))) for table in ("doc", "rank")
        }
        held["organisation"] = sorted(connection.execute("SELECT name, pages FROM organisation"))
        held["version"] = sorted(connection.execute("SELECT page, sequence FROM version"))
        held["meta"] = dict(connection.execute("SELECT key, value FROM meta WHERE key NOT IN ('revision', 'folded')"))
        held["posting"] = {
            key: (pages, [BitMap.deserialize(blob) if blob else None for blob in levels])
            for key, pages, *levels in connection.execute("SELECT * FROM posting")
        }
        bitmaps = connection.execute("SELECT dimension, value, pages FROM bitmap")
        held["bitmap"] = {(name, value): BitMap.deserialize(blob) for name, value, blob in bitmaps}
        numbers = dict(connection.execute("SELECT -id, name FROM organisation"))
        held["prefix"] = sorted(
            (numbers.get(row, str(row)), *texts)
            for row, *texts in connection.execute("SELECT rowid, text, kind, url FROM prefix")
        )
        indexes = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        held["schema"] = connection.execute(indexes).fetchall()
    store.close()
    copy = sqlite3.connect(folder / (folder / "search.current").read_text())
    for table in ("fts", "prefix"):
        copy.execute(f"CREATE VIRTUAL TABLE temp.{table}_words USING fts5vocab('main', '{table}', 'instance')")
        copy.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    held["fts"] = sorted(copy.execute("SELECT * FROM fts_words"))
    held["tuned"] = sorted(copy.execute("SELECT k, v FROM fts_config WHERE k = 'version'"))
    copy.close()
    return held


def write_one_by_one(folder: Path, entries: Iterable[Document], common: frozenset[str]) -> None:
    store = Store(folder)
    with store.rebuilding(1, common):
        pass
    for item in entries:
        store.write({item.page_id: 1}, [item])
    tidy(store, Memory(), 1)
    store.close()


@pytest.mark.parametrize("together", [building.TOGETHER, 40])
@pytest.mark.parametrize("common", [frozenset(), frozenset(["alpha", "bravo", "trust", "titl"])])
def test_an_index_made_at_once_holds_what_one_written_page_by_page_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int, common: frozenset[str]
) -> None:
    monkeypatch.setattr(building, "TOGETHER", together)
    entries = sorted(odd_entries(), key=lambda item: item.page_id)
    with Store(tmp_path / "once").rebuilding(1, common) as new:
        for start in range(0, len(entries), 7):
            batch = entries[start : start + 7]
            new.add({item.page_id: 1 for item in batch}, batch)
    write_one_by_one(tmp_path / "each", entries, common)
    once, each = content(tmp_path / "once"), content(tmp_path / "each")
    assert once.keys() == each.keys()
    for part, held in once.items():
        assert held == each[part], part
    assert once["posting"]


def test_a_page_that_left_meanwhile_is_known_as_gone(tmp_path: Path) -> None:
    with Store(tmp_path).rebuilding(5) as new:
        new.add({1: 3, 2: 4}, [entry(2, "Two")])
    store = Store(tmp_path)
    assert store.versions([1, 2, 3]) == {1: 3, 2: 4, 3: -1}
    assert store.write({1: 2}, [entry(1, "Older")]) == 0


def test_an_index_of_nothing_has_taken_in_the_log(tmp_path: Path) -> None:
    with Store(tmp_path).rebuilding(5):
        pass
    assert content(tmp_path)["meta"]["sequence"] == 5


texts = st.lists(
    st.sampled_from([*"aab", "Café", "cafe", "running", "runs", "ﬁ", "²", "ab\u19b6ab", "\u19c9", "x_y", "’s", "İi"])
    | st.text(max_size=4)
)


COMMON = st.sampled_from([frozenset[str](), frozenset(["a", "b", "cafe", "run", "ab"])])


@given(st.lists(st.tuples(texts, texts, texts, texts), max_size=4), COMMON)
def test_words_of_many_pages_are_those_of_each(pages: list[tuple[list[str], ...]], common: frozenset[str]) -> None:
    fields = [tuple(" ".join(words) for words in page) for page in pages]
    words, lengths = building.words_of_many(range(1, len(fields) + 1), fields, common)
    found: dict[int, dict[str, int]] = {page: {} for page in range(1, len(fields) + 1)}
    for bits, (keys, ends, together) in words.items():
        start = 0
        for key, end in zip(keys, ends, strict=True):
            for page in together[start:end]:
                found[page][key] = found[page].get(key, 0) | bits
            start = end
    each = [postings.words_of(page, common) for page in fields]
    assert list(found.values()) == [words for words, _ in each]
    assert lengths == [length for _, length in each]


@given(st.text() | st.text(alphabet="aB’_ –·\u00a0é\u0301\x00\x1c-1") | st.text(st.characters(max_codepoint=127)))
def test_words_of_a_text_are_runs_of_letters_and_digits(text: str) -> None:
    whole = unicodedata.normalize("NFC", text)
    assert tokens(text) == [word.lower() for word in re.findall(r"[^\W_]+", whole)]


PIECES = (
    *("<p>", "</p>", '<p data-block-key="a1b2">', "<br/>", "<br>", "<br />", "<hr/>", "<h2>", "</h2>", "<H3>", "</h3>"),
    *("<ul>", "<li>", "</li>", "</ul>", "<b>", "</b>", "<i>", "</i>", '<a linktype="page" id="3">', "</a>", "<a href='x'>"),
    *('<embed embedtype="image" id="1" format="left" alt="A &amp; B"/>', '<a href="a>b">', "<blockquote>", "</blockquote>"),
    *("<script>", "</script>", "<td>", "</td>", "<!-- no -->", "<", ">", "&", "& ", "&amp;", "&lt;", "&gt;", "&quot;"),
    *("&#39;", "&#x27;", "&amp;lt;", "&amp;amp;", "&nbsp;", "&copy", "&amp;copy=", "&T ", "AT&T", "&x;", "word", " ", "\n", "é", "\x00", "2 < 3"),
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(alphabet='<>/pbi&;lt="amp '))
def test_rich_text_is_read_as_wagtail_reads_it(source: str) -> None:
    assert plain_from_rich_text(source) == plain_from_html(get_text_for_indexing(with_lines_apart(source)))


@pytest.mark.django_db
def test_a_rebuild_makes_the_same_number_of_queries_for_few_pages_and_for_many(
    listing: CaseStudyIndexPage, index: EmbeddedEngine
) -> None:
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            slugs = (f"term-{number}", f"term-{number % 3}")
            case_study(listing, f"Walnut {number}", areas=slugs, regions=slugs, tags=slugs)

    def rebuild() -> int:
        with CaptureQueriesContext(connection) as captured:
            index.rebuild()
        return len(captured)

    grow(0, 5)
    rebuild()  # what is kept for the process
    few = rebuild()
    grow(5, 15)
    assert rebuild() == few < 70


# With another process


def killed(batch: list[int]) -> Made:
    if batch[0] > 0 and os.environ.get("KILLED") == str(os.getppid()):
        os.kill(os.getpid(), signal.SIGKILL)
    return made(batch)


@pytest.fixture
def many(committed: None, listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Pages that are many enough for another process."""
    monkeypatch.setattr(workers, "MANY", 10)
    monkeypatch.setattr(workers, "BATCH", 4)
    monkeypatch.setattr(workers, "cores", lambda: 2)
    return {case_study(listing, f"Walnut {number}", body=f"number{number}").pk for number in range(12)}


def test_a_rebuild_with_another_process_gives_the_same(
    many: set[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Path(settings.SEARCH_DIR)
    assert engine().rebuild() >= len(many)
    assert not caplog.records
    there = content(folder)
    assert_same_as_database()
    assert found("walnut") == many
    monkeypatch.setattr(workers, "MANY", 1000)
    engine().rebuild()
    assert content(folder) == there


def test_a_rebuild_whose_other_process_is_killed_leaves_the_index_as_it_was(
    many: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = engine()
    here.rebuild()
    folder = Path(settings.SEARCH_DIR)
    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr("search.embedded.engine.made", killed)
    monkeypatch.setenv("KILLED", str(os.getpid()))
    with pytest.raises(workers.WorkerGone):
        here.rebuild()
    with pytest.raises(CommandError, match="was ended"):
        call_command("search_index", "rebuild")
    assert sorted(path.name for path in folder.iterdir()) == before
    assert found("walnut") == many
    monkeypatch.delenv("KILLED")
    here.rebuild()
    assert_same_as_database()
