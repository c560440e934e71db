"""What is suggested while somebody types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.facets import DIMENSIONS, Value, Vocabulary
from search.protocols import Engine
from search.results import Suggestion
from tests.search.corpus import Build, entry, once
from tests.search.test_text import ANY, ANY_TEXT

WORDS: Vocabulary = {name: {} for name in DIMENSIONS} | {
    "theme": {
        "sector": Value("sector", "Voluntary sector", synonyms=("VCSE", "third sector")),
        "empty": Value("empty", "Voluntary nothing"),
    },
    "tag": {"volunteers": Value("volunteers", "Volunteers")},
}
PAGES = [
    entry(1, "Volunteering in hospitals", organisations=("Volunteer Bureau",), facets={"theme": ("sector",)}),
    entry(
        2, "Why we pay volunteers", organisations=("Volunteer Bureau", 'Ça va "plus"'), facets={"tag": ("volunteers",)}
    ),
    entry(3, "Éclairs for commissioning services", kind="bulletin"),
]


@pytest.fixture(scope="module")
def three(build: Build) -> Engine:
    return build(PAGES).engine


def texts(engine: Engine, typed: str) -> list[str]:
    return [found.text for found in engine.suggest(typed, vocabulary=WORDS)]


def test_values_then_organisations_then_titles_and_exact_starts_first(three: Engine) -> None:
    assert three.suggest("volunt", vocabulary=WORDS) == (
        Suggestion("Volunteers", "/search/?tag=volunteers", "tag"),
        Suggestion("Voluntary sector", "/search/?theme=sector", "theme"),
        Suggestion("Volunteer Bureau", "/search/?q=%22volunteer+bureau%22", "organisation"),
        Suggestion("Volunteering in hospitals", "/1/", "case-study"),
        Suggestion("Why we pay volunteers", "/2/", "case-study"),
    )
    assert len(three.suggest("volunt", 2, WORDS)) == 2


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hosp volun", ["Volunteering in hospitals"]),  # every word a beginning, in any order
        ("ECLA", ["Éclairs for commissioning services"]),
        ("éclairs comm", ["Éclairs for commissioning services"]),
        ("commissioned", []),  # as it is written, not its stem
        ("vcs", ["Voluntary sector"]),  # a synonym says the label
        ("third s", ["Voluntary sector"]),
        ("ca va", ['Ça va "plus"']),
        ("voluntary nothing", []),  # no page has it
        ("", []),
        ('"', []),
        ("-*^ NEAR(", []),
    ],
)
def test_typed_words(three: Engine, typed: str, found: list[str]) -> None:
    assert texts(three, typed) == found


def test_suggestions_follow_the_pages(build: Build) -> None:
    found = build(PAGES)
    found.write({1: 2}, [])
    assert texts(found.engine, "volunt") == ["Volunteers", "Volunteer Bureau", "Why we pay volunteers"]
    found.write({2: 2}, [entry(2, "Paid work", organisations=("Work Ltd",))])
    assert texts(found.engine, "volunt") == []
    assert texts(found.engine, "work") == ["Work Ltd", "Paid work"]


def test_the_same_text_is_suggested_once(build: Build) -> None:
    found = build([entry(1, "Volunteers"), entry(2, "volunteers!", facets={"tag": ("volunteers",)})])
    assert [suggested.kind for suggested in found.engine.suggest("volunt", vocabulary=WORDS)] == ["tag"]


@once
@ANY_TEXT
@given(typed=ANY | st.text(max_size=2000))
def test_any_text(three: Engine, typed: str) -> None:
    assert len(three.suggest(typed, vocabulary=WORDS)) <= 8
