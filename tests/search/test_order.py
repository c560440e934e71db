"""Order and relevance: what comes first, and that the order is one."""

import datetime
import random
from dataclasses import replace
from pathlib import Path

import pytest
from pyroaring import BitMap

from search.documents import Document
from search.embedded import ranking
from search.query import Query
from tests.search.corpus import VOCABULARY, Build, Corpus, corpus, entry, made_up, query


def ids(found: Corpus, address: str, per_page: int = 1000) -> list[int]:
    return [hit.page_id for hit in found.ask(query(address), per_page).hits]


@pytest.fixture
def many(build: Build) -> Corpus:
    return build(made_up(7, 80))


def test_newest_first_then_by_id_and_without_a_date_last(many: Corpus) -> None:
    expected = sorted(
        many.entries, key=lambda page: (-(many.entries[page].date or datetime.date.min).toordinal(), page)
    )
    assert ids(many, "sort=newest") == expected
    assert ids(many, "") == expected  # without words there is nothing to be relevant to


def test_by_title_then_by_id(many: Corpus) -> None:
    assert ids(many, "sort=title") == sorted(many.entries, key=lambda page: (many.entries[page].title, page))


def test_titles_are_sorted_without_case_accents_and_marks(build: Build) -> None:
    titles = {1: "zebra", 2: "Éclair", 3: "“Apple”", 4: "apple", 5: "Echo"}
    found = build([entry(page, title) for page, title in titles.items()])
    assert ids(found, "sort=title") == [3, 4, 5, 2, 1]


def test_the_sorts_find_the_same_pages(many: Corpus) -> None:
    asked = "q=alpha+bravo+-zulu"
    assert set(ids(many, asked)) == set(ids(many, asked + "&sort=newest")) == set(ids(many, asked + "&sort=title"))


def test_an_exact_title_comes_first(build: Build) -> None:
    entries = [entry(page, "Supported housing housing", body="supported housing " * 9) for page in range(1, 15)]
    found = build([*entries, entry(99, "Supported Housing!", body="word " * 900)])
    for text in ("supported housing", "SUPPORTED   housing", '"supported housing"'):
        assert ids(found, Query(text).to_url("").lstrip("?"))[0] == 99


def test_title_over_tags_over_summary_over_body(build: Build) -> None:
    filler = "lorem ipsum dolor sit amet"
    plain = Document(0, "case-study", filler, "/", filler, filler, (filler,))
    entries = [
        replace(plain, page_id=4, title="omega"),
        replace(plain, page_id=3, tags=("omega",)),
        replace(plain, page_id=2, summary="omega"),
        replace(plain, page_id=1, body="omega"),
    ]
    rest = [entry(page, filler, body=filler) for page in range(10, 40)]
    assert ids(build([*entries, *rest]), "q=omega") == [4, 3, 2, 1]


def test_equal_pages_are_in_the_order_of_their_ids(build: Build) -> None:
    found = build([entry(page, "alpha", body="bravo") for page in (9, 3, 7, 5)])
    assert ids(found, "q=bravo") == [3, 5, 7, 9]


def test_stems_accents_and_case_are_one_word(build: Build) -> None:
    found = build([entry(1, "Commissioning services"), entry(2, "Café life"), entry(3, "Cafe\u0301s")])
    assert ids(found, "q=commissioned+SERVICE") == [1]
    assert sorted(ids(found, "q=cafe")) == sorted(ids(found, "q=CAFÉ")) == [2, 3]


def test_words_of_a_question_that_are_only_stop_words_are_found(build: Build) -> None:
    found = build([entry(1, "To be or not to be"), entry(2, "Something else")])
    assert ids(found, "q=to+be") == [1]


def test_similar_pages_share_rare_values_and_exclude_the_page_itself(build: Build) -> None:
    facets = {1: ("t1", "north"), 2: ("t1", "north"), 3: ("t2", "north"), 4: ("t2", "south")}
    found = build([entry(page, facets={"theme": (t,), "region": (r,)}) for page, (t, r) in facets.items()])
    assert [hit.page_id for hit in found.engine.similar(1, vocabulary=VOCABULARY).hits] == [2, 3]
    assert [hit.page_id for hit in found.engine.similar(1, 1, VOCABULARY).hits] == [2]
    for unknown in (0, 99, 2**32, 2**70):
        assert found.engine.similar(unknown, vocabulary=VOCABULARY).hits == ()


def test_a_page_without_values_has_no_pages_alike(build: Build) -> None:
    found = build([entry(1), entry(2, facets={"theme": ("t1",)})])
    assert found.engine.similar(1, vocabulary=VOCABULARY).hits == ()


def test_among_many_the_likest_are_those_that_share_most(build: Build) -> None:
    def themes_of(page: int) -> tuple[str, ...]:
        return ("everyone", "some", "few")[: 3 if page < 3 else 2 if page < 80 else 1]

    found = build([entry(page, facets={"theme": themes_of(page)}) for page in range(1, 300)])
    likest = [hit.page_id for hit in found.engine.similar(1, 20, VOCABULARY).hits]
    assert likest == [2, *range(3, 22)]


@pytest.mark.parametrize("size", [3, 40, 10_000])
def test_of_many_pages_the_order_is_one_and_the_best_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Above `FEW` only a window at the top is measured page by page: no page is lost or shown twice at its edge."""
    monkeypatch.setattr(ranking, "FEW", size)
    monkeypatch.setattr(ranking, "WINDOW", size)
    found = corpus(tmp_path, made_up(9, 150))
    for text in ("alpha", "alpha bravo", "alpha -zulu", "alp* bravo gamma sigma"):
        whole = ids(found, f"q={text.replace(' ', '+')}")
        assert len(set(whole)) == len(whole) == found.ask(Query(text)).total
        for per_page in (1, 7, 10):
            paged = [
                hit.page_id
                for number in range(1, -(-len(whole) // per_page) + 1)
                for hit in found.ask(Query(text, page=number), per_page).hits
            ]
            assert paged == whole


def test_sums_of_many_pages_are_those_of_plain_python() -> None:
    chance = random.Random(3)
    pages = BitMap(range(1, 300))
    rows = [(chance.randint(1, 63), BitMap(chance.sample(range(1, 300), chance.randint(0, 290)))) for _ in range(12)]
    digits: list[BitMap] = []
    for amount, held in rows:
        ranking.add(digits, held, amount)
    sums = {page: sum(amount for amount, held in rows if page in held) for page in pages}
    expected = sorted(pages, key=lambda page: (-sums[page], page))
    for start, end in [(0, 299), (0, 10), (7, 90), (290, 320), (5, 5)]:
        assert ranking.ranked(pages, digits, start, end) == expected[start:end]


def test_a_short_field_says_more_than_a_long_one(build: Build) -> None:
    entries = [entry(1, "Alpha and very many other words about things"), entry(2, "Alpha words"), entry(3, "Bravo")]
    assert ids(build(entries), "q=alpha") == [2, 1]


def test_a_beginning_is_that_of_the_written_word(build: Build) -> None:
    """The stem of "organisation" is "organis", of which "organisat" is no beginning."""
    entries = [entry(1, "Organisations"), entry(2, body="An organisation"), entry(3, "To organise"), entry(4, "Écoles")]
    found = build(entries)
    assert ids(found, "q=organisat*") == [1, 2]
    assert sorted(ids(found, "q=organis*")) == [1, 2, 3]
    assert ids(found, "q=%C3%89col*") == ids(found, "q=ecol*") == [4]
    assert ids(found, "q=organis*+-organisat*") == [3]
    hit = found.ask(Query("organisat*")).hits[0]
    assert hit.title_html == "<mark>Organisations</mark>"
