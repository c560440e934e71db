"""Questions and addresses: whatever comes in, something sensible comes out, and an address gives itself back."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from search import analysis
from search.analysis import MAX_TEXT, MAX_WORDS, STOP_WORDS, Question, Word, parse
from search.embedded import text as fts
from search.facets import DIMENSIONS
from search.query import SORTS, Query
from tests.search.corpus import VOCABULARY, query

TEXTS = st.text(max_size=400) | st.text(alphabet="ab -\"*'’s.,;ÉßⅣ²\u0301\x00\x02\ud800", max_size=60)
NAMES = st.sampled_from([*DIMENSIONS, "q", "year_from", "year_to", "sort", "page", "format", "other"])
KNOWN = st.sampled_from([slug for values in VOCABULARY.values() for slug in values])
VALUES = TEXTS | KNOWN | st.sampled_from([*SORTS, "1", "0", "-1", "2003", "９９", "9" * 400]) | st.integers().map(str)


def address(pairs: list[tuple[str, str]]) -> QueryDict:
    given_values = QueryDict(mutable=True)
    for name, value in pairs:
        given_values.appendlist(name, value)
    return given_values


def words(found: Question) -> list[str]:
    return [word.text + "*" * word.prefix for word in found.words]


@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    question = parse(text)
    for word in (*question.words, *(word for words in question.excluded for word in words)):
        assert word.text
        assert not set(word.text) & set('"* \x00')
    assert all(all(phrase) and phrase for phrase in question.phrases)
    read = len(question.words) + sum(map(len, question.phrases)) + sum(map(len, question.excluded))
    assert read <= MAX_WORDS
    # Not a character of FTS5's own language gets through unquoted.
    assert all(fts.phrase(phrase).count('"') == 2 for phrase in question.phrases)
    # The words as they stood together are the same words, stop words besides.
    assert set(question.words) <= {word for run in question.runs for word in run}


@given(TEXTS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = analysis.clean(text)
    assert analysis.clean(once) == once
    assert len(once) <= MAX_TEXT
    assert once.isprintable()
    once.encode()


@given(TEXTS)
def test_folding_never_fails_and_knows_no_case(text: str) -> None:
    assert analysis.fold(analysis.clean(text)).split() == analysis.fold(f" {analysis.clean(text)}! ").split()
    assert analysis.fold("École, ÉCOLE; (ecole)") == "ecole ecole ecole"


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_an_address_comes_back_from_its_query(pairs: list[tuple[str, str]]) -> None:
    asked = Query.from_params(address(pairs), VOCABULARY)
    again = Query.from_params(address(asked.to_params()), VOCABULARY)
    assert again == asked
    # The same through real encoding, as in a link.
    assert query(asked.to_url("/search/").partition("?")[2]) == asked


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_only_known_values_are_kept(pairs: list[tuple[str, str]]) -> None:
    asked = Query.from_params(address(pairs), VOCABULARY)
    for name, values in asked.facets.items():
        assert set(values) <= set(VOCABULARY[name])
        assert len(set(values)) == len(values) > 0
    assert asked.sort in SORTS
    assert asked.page >= 1
    for year in (asked.year_from, asked.year_to):
        assert year is None or 1000 <= year <= 9999


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_dropping_every_filter_leaves_none(pairs: list[tuple[str, str]]) -> None:
    asked = Query.from_params(address(pairs), VOCABULARY)
    for name, value in asked.filters():
        left = asked.without(name, value)
        assert left.page == 1
        assert (name, value) not in left.filters()
        assert len(left.filters()) == len(asked.filters()) - 1
        asked = left
    assert asked.filters() == []
    assert asked.without("q", "").text == ""


@pytest.mark.parametrize(
    ("given_page", "expected"),
    [("0", 1), ("-3", 1), ("x", 1), ("", 1), ("7", 7), (" 8 ", 8), ("1e3", 1), ("9" * 5000, 999999999999), ("²", 1)],
)
def test_a_page_is_a_whole_number_from_one(given_page: str, expected: int) -> None:
    assert query(urlencode({"page": given_page})).page == expected


@pytest.mark.parametrize(
    ("given_year", "expected"),
    [("2003", 2003), ("999", None), ("10000", None), ("x", None), ("٢٠٠٣", None), ("", None)],
)
def test_a_year_has_four_digits(given_year: str, expected: int | None) -> None:
    asked = query(urlencode({"year_from": given_year, "year_to": given_year}))
    assert (asked.year_from, asked.year_to) == (expected, expected)


def test_the_last_of_several_texts_counts_and_values_are_in_one_order() -> None:
    asked = query("q=one&q=two&theme=t2&theme=t1&theme=t2&theme=nope&region=north&sort=title&sort=newest&zzz=1")
    assert asked == Query("two", {"theme": ("t1", "t2"), "region": ("north",)}, sort="newest")
    assert query("region=north&theme=t1&theme=t2&sort=newest&q=two") == asked


def test_what_a_page_fixes_wins_and_stays_out_of_the_address() -> None:
    asked = query("kind=event&kind=bulletin&q=a").with_fixed({"kind": "case-study"})
    assert asked.facets["kind"] == ("case-study",)
    assert asked.to_url("/case-studies/", {"kind": "case-study"}) == "/case-studies/?q=a"
    assert Query().to_url("/search/") == "/search/"


def test_a_long_text_is_cut() -> None:
    assert len(query("q=" + "word+" * 5000).text) <= MAX_TEXT
    assert len(parse("w " + " ".join(f"w{number}" for number in range(200))).words) == MAX_WORDS
    assert len(parse('"' + "w " * 99 + '"').phrases[0]) == MAX_WORDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Supported Housing", ["supported", "housing"]),
        ("the housing of a city", ["housing", "city"]),
        ("to be or not to be", ["to", "be", "or", "not"]),
        ("hous*", ["hous*"]),
        ("h*", ["h"]),  # one letter is no prefix
        ("the*", ["the*"]),  # a beginning is no stop word
        ("*", []),
        ("St Giles's", ["st", "giles"]),
        ("children’s CHILDREN'S", ["childrens"]),
        ("user_name example.org", ["user", "name", "example", "org"]),
        ("well-being", ["well", "being"]),
        ("café", ["cafe"]),
        ("cafe\u0301", ["cafe"]),
        ('lone " quote', ["lone", "quote"]),
        ("AND OR NEAR(a b) title:x ^y (z)", ["near", "b", "title", "x", "y", "z"]),
        ("", []),
    ],
)
def test_plain_words(text: str, expected: list[str]) -> None:
    assert words(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ('"to be" fish', Question((Word("fish"),), (("to", "be"),))),
        ('the "third sector"', Question((), (("third", "sector"),))),
        ("fish -chips", Question((Word("fish"),), (), ((Word("chips"),),))),
        ('fish -"and chips"', Question((Word("fish"),), (), ((Word("and"), Word("chips")),))),
        ("-well-being", Question((), (), ((Word("well"), Word("being")),))),
        ("fish -chip*", Question((Word("fish"),), (), ((Word("chip", prefix=True),),))),
        ("-", Question()),
        ('-""', Question()),
        ('""', Question()),
        ("x - y", Question((Word("x"), Word("y")))),
    ],
)
def test_phrases_and_exclusions(text: str, question: Question) -> None:
    assert parse(text) == question


@given(st.lists(st.sampled_from(sorted(STOP_WORDS)), min_size=1, max_size=8, unique=True))
def test_stop_words_count_only_alone(stops: list[str]) -> None:
    assert words(parse(" ".join(stops))) == stops
    assert words(parse(" ".join([*stops, "housing"]))) == ["housing"]
