"""What is marked in a text, and what is shown of a long one."""

import random
import re
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import parse, tokens
from search.highlighting import LEAD, WIDTH, Wanted, beginning, excerpt, marked, wanted
from search.query import Query
from search.results import Hit
from search.stemming import stems
from search.synonyms import Synonyms, expand, gathered
from tests.search.corpus import VOCABULARY, CorpusEngine, built, entry

FILLER = "Nothing of it stands here, and nothing of it will. "
TEXTS = st.text(max_size=600) | st.text(alphabet='abc é\u0301ßİﬁ²<>&"." \ud800', max_size=600)


def asked(text: str) -> Wanted:
    return wanted(expand(parse(text), gathered([Synonyms(("voluntary sector", "charity"))])))


def marks(markup: str | None) -> list[str]:
    return [unescape(found) for found in re.findall("<mark>(.*?)</mark>", markup or "", re.DOTALL)]


def plain(markup: str) -> str:
    return unescape(re.sub("</?mark>", "", markup))


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("housing", "Housing, houses and a housed Houston", ["Housing", "houses", "housed"]),
        ("happy", "Happiness makes happy; unhappy does not", ["Happiness", "happy"]),
        ("hous*", "housing housekeeping HOUSTON farmhouse", ["housing", "housekeeping", "HOUSTON"]),
        ("cafe", "A café, a CAFE\u0301 and a cafe", ["café", "CAFÉ", "cafe"]),
        ("café", "A cafe", ["cafe"]),
        ("caf\u00e9*", "cafés, cafeteria", ["cafés", "cafeteria"]),
        (
            '"social housing"',
            "Social housing; housing, social; social (housing)",
            ["Social housing", "social (housing"],
        ),
        ("charity", "The voluntary sector and its charities; a sector", ["voluntary sector", "charities"]),
        ('housing "social housing"', "social housing and housing", ["social housing", "housing"]),
        ("children's", "The children's home", ["children"]),
        ("2024", "In 2024-25, not 20245", ["2024"]),
        ("housing -walnut", "walnut housing", ["housing"]),
        ("istanbul", "İstanbul", ["İstanbul"]),
        ("housing", "Nothing of it", []),
        ("x", "", []),
    ],
)
def test_what_is_marked(question: str, text: str, found: list[str]) -> None:
    assert marks(marked(text, asked(question))) == found
    assert marks(excerpt(text, asked(question))) == found


def test_words_side_by_side_are_marked_one_by_one() -> None:
    assert marked("housing support", asked("support housing")) == "<mark>housing</mark> <mark>support</mark>"


def test_of_a_long_text_the_part_with_most_of_the_question_is_shown() -> None:
    text = (
        FILLER * 40 + "Housing. " + FILLER * 40 + "They gave support with housing. " + FILLER * 40 + "Housing, housing!"
    )
    shown = excerpt(text, asked("housing support"))
    assert shown
    assert shown.startswith("… They gave <mark>support</mark> with <mark>housing</mark>. Nothing")
    assert shown.endswith(" …")
    assert len(plain(shown)) <= WIDTH + 4
    last = excerpt(text, asked("housing"))
    assert last
    assert last.endswith("<mark>Housing</mark>, <mark>housing</mark>!")
    assert len(plain(last)) > WIDTH - LEAD


def test_a_long_text_with_nothing_to_mark_is_shown_from_its_beginning() -> None:
    assert excerpt(FILLER * 40, asked("housing")) is None
    assert beginning("<b>Short</b>") == "&lt;b&gt;Short&lt;/b&gt;"
    shown = beginning(FILLER * 40)
    assert shown.startswith(FILLER)
    assert re.search(r"[a-z,.] …$", shown)
    assert len(shown) <= WIDTH + 2


@given(TEXTS, TEXTS)
def test_any_text_and_any_question(text: str, question: str) -> None:
    said = asked(question)
    whole, part = marked(text, said), excerpt(text, said)
    for markup in (whole, part or "", beginning(text)):
        tags = re.findall("<[^>]*>?", markup)
        assert tags == ["<mark>", "</mark>"] * (len(tags) // 2)
    assert bool(marks(whole)) == (part is not None)
    if part is not None:
        assert marks(part)
        assert len(plain(part)) <= WIDTH + 4


ENDINGS = st.sampled_from(["", "ing", "ies", "y", "ly", "ational", "bility", "ization", "iness", "ed"])


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), ENDINGS, ENDINGS)
def test_every_word_that_a_question_finds_is_marked(word: str, ending: str, other: str) -> None:
    """The letters by which words are looked for are never more than a stem leaves of them."""
    said = asked(f'"{word}{ending}"')
    text = f"an {word}{other} or {word}{ending}"
    found = [one for one in tokens(text) if stems([one]) == stems([word + ending])]
    assert marks(marked(text, said)) == found != []


def test_a_page_that_says_a_word_twenty_thousand_times_is_shown_as_fast_as_others(tmp_path: Path) -> None:
    chance = random.Random(1)
    words = ["housing"] * 20_000 + ["walnut"] + [f"w{number}" for number in range(8_000)]
    chance.shuffle(words)
    entries = [entry(1, body=" ".join(words)), entry(2, body="walnut " * 20_000)]
    engine = built(tmp_path, entries)
    shown(engine, "other")
    for text in ("housing", "hous*", "walnut", '"walnut walnut"', "housing walnut", "houses", 'housing -"zulu yankee"'):
        started = time.process_time()
        hits = shown(engine, text)
        assert time.process_time() - started < 1
        assert hits
        assert all(marks(hit.snippet_html) for hit in hits)


def test_a_text_of_one_endless_word(tmp_path: Path) -> None:
    engine = built(tmp_path, [entry(1, body="walnut " * 300 + "x" * 100_000), entry(2, body="a " * 30_000)])
    for text in ("walnut", "a", "xxx*"):
        (hit,) = shown(engine, text)
        assert marks(hit.snippet_html)
        assert len(hit.snippet_html) < 4000


def test_the_summary_is_shown_where_it_has_a_mark_and_the_body_where_it_has_none(tmp_path: Path) -> None:
    texts = {"summary": "A summary about walnut.", "body": FILLER * 20 + "Walnut and maple in the body."}
    engine = built(tmp_path, [entry(1, title="Oak", **texts)])
    assert shown(engine, "walnut")[0].snippet_html == "A summary about <mark>walnut</mark>."
    assert shown(engine, "maple")[0].snippet_html.endswith("Walnut and <mark>maple</mark> in the body.")
    (titled,) = shown(engine, "oak")
    assert (titled.title_html, titled.snippet_html) == ("<mark>Oak</mark>", "A summary about walnut.")


def shown(engine: CorpusEngine, text: str) -> list[Hit]:
    return list(engine.search(Query(text), VOCABULARY).hits)
