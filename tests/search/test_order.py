"""Order and relevance: what comes first, and that the order is one."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from search.entries import Entry
from search.query import Query
from tests.search.corpus import VOCABULARY, Corpus, corpus, entry, made_up, query


def ids(found: Corpus, address: str, per_page: int = 1000) -> list[int]:
    return [hit.page_id for hit in found.ask(query(address), per_page).hits]


@pytest.fixture
def many(tmp_path: Path) -> Corpus:
    return corpus(tmp_path, made_up(7, 80))


def test_newest_first_then_by_id_and_without_a_date_last(many: Corpus) -> None:
    expected = sorted(
        many.entries, key=lambda page: (-(many.entries[page].date or datetime.date.min).toordinal(), page)
    )
    assert ids(many, "sort=newest") == expected
    assert ids(many, "") == expected  # without words there is nothing to be relevant to


def test_by_title_then_by_id(many: Corpus) -> None:
    assert ids(many, "sort=title") == sorted(many.entries, key=lambda page: (many.entries[page].title, page))


def test_titles_are_sorted_without_case_accents_and_marks(tmp_path: Path) -> None:
    titles = {1: "zebra", 2: "Éclair", 3: "“Apple”", 4: "apple", 5: "Echo"}
    found = corpus(tmp_path, [entry(page, title) for page, title in titles.items()])
    assert ids(found, "sort=title") == [3, 4, 5, 2, 1]


def test_the_sorts_find_the_same_pages(many: Corpus) -> None:
    asked = "q=alpha+bravo+-zulu"
    assert set(ids(many, asked)) == set(ids(many, asked + "&sort=newest")) == set(ids(many, asked + "&sort=title"))


def test_an_exact_title_comes_first(tmp_path: Path) -> None:
    entries = [entry(page, "Supported housing housing", body="supported housing " * 9) for page in range(1, 15)]
    found = corpus(tmp_path, [*entries, entry(99, "Supported Housing!", body="word " * 900)])
    for text in ("supported housing", "SUPPORTED   housing", '"supported housing"'):
        assert ids(found, Query(text).to_url("").lstrip("?"))[0] == 99


def test_title_over_tags_over_summary_over_body(tmp_path: Path) -> None:
    filler = "lorem ipsum dolor sit amet"
    plain = Entry(0, "case-study", filler, "/", filler, filler, (filler,))
    entries = [
        replace(plain, page_id=4, title="omega"),
        replace(plain, page_id=3, tags=("omega",)),
        replace(plain, page_id=2, summary="omega"),
        replace(plain, page_id=1, body="omega"),
    ]
    rest = [entry(page, filler, body=filler) for page in range(10, 40)]
    assert ids(corpus(tmp_path, [*entries, *rest]), "q=omega") == [4, 3, 2, 1]


def test_equal_pages_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    found = corpus(tmp_path, [entry(page, "alpha", body="bravo") for page in (9, 3, 7, 5)])
    assert ids(found, "q=bravo") == [3, 5, 7, 9]


def test_stems_accents_and_case_are_one_word(tmp_path: Path) -> None:
    found = corpus(tmp_path, [entry(1, "Commissioning services"), entry(2, "Café life"), entry(3, "Cafe\u0301s")])
    assert ids(found, "q=commissioned+SERVICE") == [1]
    assert sorted(ids(found, "q=cafe")) == sorted(ids(found, "q=CAFÉ")) == [2, 3]


def test_words_of_a_question_that_are_only_stop_words_are_found(tmp_path: Path) -> None:
    found = corpus(tmp_path, [entry(1, "To be or not to be"), entry(2, "Something else")])
    assert ids(found, "q=to+be") == [1]


def test_similar_pages_share_rare_values_and_exclude_the_page_itself(tmp_path: Path) -> None:
    facets = {1: ("t1", "north"), 2: ("t1", "north"), 3: ("t2", "north"), 4: ("t2", "south")}
    found = corpus(tmp_path, [entry(page, facets={"theme": (t,), "region": (r,)}) for page, (t, r) in facets.items()])
    assert [hit.page_id for hit in found.engine.similar(1, vocabulary=VOCABULARY).hits] == [2, 3]
    assert [hit.page_id for hit in found.engine.similar(1, 1, VOCABULARY).hits] == [2]
    for unknown in (0, 99, 2**32, 2**70):
        assert found.engine.similar(unknown, vocabulary=VOCABULARY).hits == ()


def test_among_many_the_likest_are_those_that_share_most(tmp_path: Path) -> None:
    def themes_of(page: int) -> tuple[str, ...]:
        return ("everyone", "some", "few")[: 3 if page < 3 else 2 if page < 80 else 1]

    found = corpus(tmp_path, [entry(page, facets={"theme": themes_of(page)}) for page in range(1, 300)])
    likest = [hit.page_id for hit in found.engine.similar(1, 20, VOCABULARY).hits]
    assert likest == [2, *range(3, 22)]
