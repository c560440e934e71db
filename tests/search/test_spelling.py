"""Did you mean: only where it finds more."""

import pytest
from hypothesis import given

from search.query import Query
from search.spelling import may_be_misspelt
from search.synonyms import Synonyms, gathered
from tests.search.corpus import VOCABULARY, Build, Corpus, entry, once
from tests.search.test_text import ANY, ANY_TEXT

PAGES = [
    *(
        entry(page, "Commissioning services", body="supported housing", facets={"theme": ("t1",)})
        for page in range(1, 5)
    ),
    entry(5, "Comissioning", body="an old spelling"),
    entry(6, "Cafés and homelessness"),
]


@pytest.fixture(scope="module")
def found(build: Build) -> Corpus:
    return build(PAGES)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("commisionng", "commissioning"),  # two mistakes
        ("commisioning", "commissioning"),
        ("Supportde HOUSING", "supported HOUSING"),  # two letters that changed places; the rest as it was
        ("suported houssing -zulu", "supported housing -zulu"),
        ("homelesness", "homelessness"),
        ("cafse", "cafes"),
        ("commissioning", None),  # right
        ("commissioned", None),  # found by its stem
        ("comissioning", None),  # a page has it, and not many more have the other
        ("xylophone", None),  # nothing is near
        ('"suported housing"', None),  # a phrase is meant as it is written
        ("suporte*", None),
        ("-suported", None),
        ("hous", None),
        ("12345", None),
        ("", None),
    ],
)
def test_suggestions(found: Corpus, text: str, meant: str | None) -> None:
    assert found.ask(Query(text)).suggestion == meant


def test_only_where_it_would_find_more_within_the_filters(found: Corpus) -> None:
    assert found.ask(Query("suported", {"theme": ("t1",)})).suggestion == "supported"
    assert found.ask(Query("suported", {"theme": ("t2",)})).suggestion is None
    # No page has all the words, put right or not; but some have the word that was meant.
    assert found.ask(Query("suported xylophone")).suggestion == "supported xylophone"
    assert found.ask(Query("cafes xylophone")).suggestion is None


def test_what_is_suggested_finds_more(found: Corpus) -> None:
    asked = Query("commisioning servises")
    meant = found.ask(asked).suggestion
    assert meant
    assert found.ask(Query(meant)).exact > found.ask(asked).exact
    asked = Query("suported xylophone")
    assert found.ask(Query("supported xylophone")).total > found.ask(asked).total


def test_a_synonym_is_no_mistake(found: Corpus) -> None:
    known = gathered([Synonyms(("suported", "homelessness"))])
    assert found.engine.search(Query("suported"), VOCABULARY, 10, known).suggestion is None


def test_new_words_are_known_at_once(build: Build) -> None:
    found = build(PAGES)
    found.write({9: 2}, [entry(9, "Befriending")])
    assert found.ask(Query("befreinding")).suggestion == "befriending"
    found.write({9: 3}, [])
    assert found.ask(Query("befreinding")).suggestion is None


@once
@ANY_TEXT
@given(text=ANY)
def test_any_text(found: Corpus, text: str) -> None:
    meant = found.ask(Query(text + " commisioning")).suggestion
    assert meant is None or isinstance(meant, str)


def test_a_question_of_letters_that_are_whole_sentences_is_answered_at_once(found: Corpus) -> None:
    # U+FDFA is eighteen letters without its ligature: all that is one mistake away from 300 of it are 1.5 GB.
    words = ["\ufdfa" * 300, "\ufdfa" * 3, "x" * 300]
    assert not any(may_be_misspelt(word) for word in words)
    assert may_be_misspelt("commissionng")
    assert found.ask(Query(words[0])).suggestion is None
