"""Synonyms: a question finds the same in other words, in every engine by the same expansion."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from casestudies.models import CaseStudyIndexPage
from search import synonyms
from search.analysis import parse
from search.embedded.engine import EmbeddedEngine
from search.query import Query
from search.results import Results
from search.synonyms import Alternative, Synonyms, expand, gathered
from taxonomy.models import Term
from tests.factories import case_study
from tests.search.corpus import VOCABULARY, WORDS, Build, Corpus, allowed, entry, made_up, once
from tests.search.test_matching import SEEDS, SIZES, prop
from tests.search.test_text import ANY, ANY_TEXT, assert_only_marks

KNOWN = gathered(
    [
        Synonyms(("third sector", "VCSE", "voluntary sector")),
        Synonyms(("looked-after children", "children in care")),
        Synonyms(("children's home", "residential care")),
        Synonyms(("commissioning", "procurement"), 0.5),
        Synonyms(("day care", "nursery")),
        Synonyms(("day care", "day services")),
        Synonyms(("alone",)),
        Synonyms(("of the", "for")),
    ]
)
PAGES = [
    entry(1, "The third sector in 2007"),
    entry(2, "A guide for VCSE bodies", body="A third of all, sector by sector"),
    entry(3, "Grants", body="Money for the voluntary sector."),
    entry(4, "Looked after children"),
    entry(5, "A child", summary="Most children in care go to school"),
    entry(6, "Children who care"),
    entry(7, "Procurement", body="procurement procurement"),
    entry(8, "Words", body="commissioning"),
    entry(9, "Nursery"),
    entry(10, "Day services"),
    entry(11, "Sector of a third"),
    entry(12, "Children's homes"),
    entry(13, "Residential care"),
]


@pytest.fixture(scope="module")
def found(build: Build) -> Corpus:
    return build(PAGES)


def ask(found: Corpus, text: str, sort: str = "relevance") -> Results:
    return found.engine.search(Query(text, sort=sort), VOCABULARY, 100, KNOWN)


def ids(found: Corpus, text: str) -> list[int]:
    return sorted(hit.page_id for hit in ask(found, text).hits)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("third sector", [1, 2, 3]),
        ("VCSE", [1, 2, 3]),
        ("Voluntary Sector", [1, 2, 3]),
        ("children in care", [4, 5]),
        ("looked after children", [4, 5]),
        ("Third Sectors", [1, 2, 3]),  # by stems
        ("children's homes", [12, 13]),
        ("residential care", [12, 13]),
        ("commissioning", [7, 8]),
        ("nursery", [9]),  # sharing a word with "day services" does not make them the same
        ("day care", [9, 10]),
        ('"third sector"', [1]),  # a phrase is meant as it is written
        ('"VCSE"', [2]),
        ("sector -VCSE", [1, 3, 11]),  # and so is an exclusion
    ],
)
def test_a_question_finds_the_same_in_other_words(found: Corpus, text: str, pages: list[int]) -> None:
    answer = ask(found, text)
    assert sorted(hit.page_id for hit in answer.hits) == pages
    # A page with a synonym has the word.
    assert answer.exact == answer.total == len(pages)
    assert all(hit.exact for hit in answer.hits)


def test_the_same_pages_in_the_same_order_whichever_word_is_asked_for(found: Corpus) -> None:
    answers = [[hit.page_id for hit in ask(found, text).hits] for text in ("third sector", "VCSE", "voluntary sector")]
    assert answers[0] == answers[1] == answers[2]


def test_related_words_find_each_other_further_down(found: Corpus, build: Build) -> None:
    assert [hit.page_id for hit in ask(found, "procurement").hits] == [7, 8]
    few = [entry(1, "Commissioning"), entry(2, "Procurement")]
    two = build(few)
    for text, first in (("commissioning of", 1), ("procurement of", 2)):
        assert next(hit.page_id for hit in ask(two, text).hits) == first


def test_what_was_found_in_place_of_the_word_is_marked(found: Corpus) -> None:
    marked = {hit.page_id: hit for hit in ask(found, "VCSE").hits}
    assert marked[1].title_html == "The <mark>third sector</mark> in 2007"
    assert "<mark>voluntary sector</mark>" in marked[3].snippet_html


def test_what_says_nothing_has_no_synonyms() -> None:
    assert all(key not in KNOWN for key in [("alon",), ("of", "the"), ("for",)])


def test_the_longest_run_is_taken_and_the_rest_stays_words() -> None:
    question = expand(parse("help for the third sector in kent*"), KNOWN)
    said = [[(" ".join(way.words), way.weight, way.prefix) for way in group.alternatives] for group in question.groups]
    assert said == [
        [("help", 1.0, False)],
        [
            ("third sector", 1.0, False),
            ("vcse", 1.0, False),
            ("voluntary sector", 1.0, False),
            ("thirdsector", 1.0, False),
        ],
        [("kent", 1.0, True)],
    ]
    assert expand(parse("third")).groups[0].alternatives == (Alternative(("third",)),)


@given(st.text(max_size=200))
def test_any_text_can_be_expanded(text: str) -> None:
    question = parse(text)
    assert len(expand(question, KNOWN).groups) <= len(question.words)
    plain = expand(question)
    assert {group.alternatives[0].words[0] for group in plain.groups} == {word.text for word in question.words}


@once
@ANY_TEXT
@given(texts=st.lists(ANY, max_size=4), asked=ANY)
def test_any_synonyms_and_questions(found: Corpus, texts: list[str], asked: str) -> None:
    known = gathered([Synonyms(tuple(texts)), Synonyms(("third", *texts))])
    for text in (asked, "third", *texts):
        for hit in found.engine.search(Query(text), VOCABULARY, 10, known).hits:
            assert_only_marks(hit.title_html)
            assert_only_marks(hit.snippet_html)


@once
@prop()
@given(
    seed=SEEDS,
    groups=st.lists(
        st.lists(st.sampled_from([*WORDS, "alpha bravo", "delta zulu"]), min_size=2, max_size=3), max_size=3
    ),
    asked=st.lists(st.sampled_from([*WORDS, "-sigma", '"omega kappa"']), min_size=1, max_size=4),
)
def test_totals_are_those_of_plain_python(
    corpora: dict[int, Corpus], seed: int, groups: list[list[str]], asked: list[str]
) -> None:
    """Each group of the question by brute force: a page has it where it has one of its alternatives as it is written."""
    known = gathered(Synonyms(tuple(group)) for group in groups)
    text = " ".join(asked)
    question = expand(parse(text), known)
    entries = corpora[seed].entries
    may = {page for page, item in entries.items() if allowed(item, parse(text))}

    def having(page: int, group: synonyms.Group) -> bool:
        ways = (parse(f'"{" ".join(way.words)}"') for way in group.alternatives)
        return any(allowed(entries[page], way) for way in ways)

    every = {page for page in may if all(having(page, group) for group in question.groups)}
    matched = every
    if len(every) < 10 and question.groups:
        matched = {page for page in may if any(having(page, group) for group in question.groups)}
    answer = corpora[seed].engine.search(Query(text), VOCABULARY, 1000, known)
    assert {hit.page_id for hit in answer.hits} == matched
    assert answer.exact == len(every)


@pytest.fixture(scope="module")
def corpora(build: Build) -> dict[int, Corpus]:
    return {seed: build(made_up(seed, size)) for seed, size in SIZES.items()}


@pytest.mark.django_db
def test_a_new_synonym_of_a_term_works_at_once(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Walnut", areas=("advice",))
    index.sync()
    assert client.get("/search/?q=guidance+desk&format=json").json()["total"] == 0
    term = Term.objects.get(facet="area", slug="advice")
    term.synonyms = "guidance desk"
    term.save()
    for text in ("guidance+desk", term.label.replace(" ", "+")):
        found = client.get(f"/search/?q={text}&format=json").json()
        assert [hit["id"] for hit in found["results"]] == [page.pk]
        assert found["exact"] == 1


def test_each_source_is_registered_once_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synonyms, "sources", {})
    synonyms.provide("test", lambda: [Synonyms(("a1", "b1"))])
    synonyms.provide("test", lambda: [Synonyms(("c1", "d1"))])
    assert set(synonyms.thesaurus()) == {("c1",), ("d1",)}
