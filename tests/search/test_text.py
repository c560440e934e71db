"""Any text, in questions and in content: never an error, never markup."""

import html
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from search.documents import plain, plain_from_html
from search.embedded.store import POINTER, Store
from search.query import Query
from search.rich_text import plain_from_rich_text
from tests.search.corpus import VOCABULARY, Build, Corpus, CorpusEngine, built, entry

NASTY = "alpha <script>alert(1)</script> &lt;mark&gt; \x02bold\x03 <mark>fake</mark> \" ' ]]> \x00 \ufffe \ud800 end"
ANY = st.text(max_size=80) | st.text(alphabet="<>&\"'\x00\x02\x03\ud800\ufffealpha ", max_size=60)
VERSIONS = count(2)
ANY_TEXT = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def nasty(build: Build) -> Corpus:
    """One index for all the examples."""
    return build([entry(1, NASTY, body=NASTY, summary=NASTY, tags=(NASTY,))])


def assert_only_marks(markup: str) -> None:
    """Its only tag is <mark>, opened and closed in turn, and nothing of it is markup once the marks are gone."""
    tags = re.findall(r"<[^>]*>?", markup)
    assert tags == ["<mark>", "</mark>"] * (len(tags) // 2)
    rest = re.sub(r"</?mark>", "", markup)
    assert html.escape(html.unescape(rest)) == rest
    assert not re.search("[\x00-\x08\ud800-\udfff]", markup)


@ANY_TEXT
@given(title=ANY, body=ANY, asked=ANY)
@example(title=NASTY, body=NASTY, asked="alpha bold fake")
@example(title="\x02alpha\x03", body="\x03alpha\x02", asked="alpha")
@example(title="alpha", body="\ud800 \ufffe", asked="\ud800")
def test_content_and_questions_of_any_text(nasty: Corpus, title: str, body: str, asked: str) -> None:
    written = entry(7, title, summary=body, body=body, tags=(title,), organisations=(title,))
    nasty.write({7: next(VERSIONS)}, [written])
    for text in (asked, title[:40], f'"{asked}"', f"-{asked}", f"{asked}*"):
        for sort in ("relevance", "title"):
            for hit in nasty.ask(Query(text, sort=sort)).hits:
                assert_only_marks(hit.title_html)
                assert_only_marks(hit.snippet_html)


@ANY_TEXT
@given(title=ANY, body=ANY)
def test_what_was_written_can_be_replaced_whole(tmp_path: Path, title: str, body: str) -> None:
    """An entry leaves nothing behind in the full-text table."""
    engine = built(tmp_path, []) if not (tmp_path / POINTER).exists() else CorpusEngine(tmp_path)
    store = Store(tmp_path)
    store.write({8: 1}, [entry(8, title, body=body + " leftover")])
    store.write({8: 1}, [])
    _, connection = store.connection()
    connection.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
    store.close()
    assert engine.search(Query("leftover"), VOCABULARY).total == 0


def test_markup_in_content_is_shown_as_text(nasty: Corpus) -> None:
    hits = [hit for hit in nasty.ask(Query("alpha fake")).hits if hit.page_id == 1]
    assert len(hits) == 1
    assert hits[0].title_html.startswith(
        "<mark>alpha</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;mark&amp;gt;"
    )
    assert "&lt;mark&gt;<mark>fake</mark>&lt;/mark&gt;" in hits[0].title_html
    assert "\x02" not in hits[0].title_html


@given(st.text() | st.text(alphabet="\ud800\udfff\x00\x02\ufffe \ta"))
def test_plain_text_can_stand_in_any_file(text: str) -> None:
    found = plain(text)
    found.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\n\r\t]", found)
    assert plain(found) == found


@given(st.text())
def test_plain_from_html_never_raises(markup: str) -> None:
    plain_from_html(markup).encode()


def test_blocks_do_not_run_together() -> None:
    assert (
        plain_from_html("<p>One</p><p>two<br>three</p><ul><li>four</li></ul>&amp; five") == "One two three four & five"
    )


@pytest.mark.parametrize("read", [plain_from_html, plain_from_rich_text])
@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>What is done</h2><p>Homes.</p>", "What is done. Homes."),
        ("<h3>What is next? </h3><p>Homes.</p>", "What is next? Homes."),
        ("<h2>Costs (2007)</h2><p>Not reported.</p>", "Costs (2007). Not reported."),
        ("<H2>What is done</H2><p>Homes.</p>", "What is done. Homes."),
        ("<h2></h2><p>Homes.</p>", "Homes."),
    ],
)
def test_a_heading_does_not_run_into_what_follows(read: Callable[[str], str], markup: str, text: str) -> None:
    assert read(markup) == text
