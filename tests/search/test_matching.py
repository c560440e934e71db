"""Every answer over made-up corpora against the same rules in plain Python."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.facets import YEAR
from search.query import Query
from tests.search.corpus import (
    GROUPS,
    KINDS,
    VALUES,
    WORDS,
    Build,
    Corpus,
    counted,
    entry,
    made_up,
    matches,
    once,
    passes,
    query,
)

SIZES = {1: 0, 2: 1, 3: 12, 4: 60, 5: 200}
WORD = st.sampled_from(WORDS)
PIECE = st.one_of(
    WORD,
    WORD.map(lambda word: f"-{word}"),
    WORD.map(lambda word: word[:3] + "*"),
    st.tuples(WORD, WORD).map(lambda pair: f'"{pair[0]} {pair[1]}"'),
    st.tuples(WORD, WORD).map(lambda pair: f'-"{pair[0]} {pair[1]}"'),
    st.sampled_from(["the", "nothingelse"]),
)
SLUGS = VALUES | {"kind": KINDS, "area": tuple(GROUPS) + tuple(slug for below in GROUPS.values() for slug in below)}
FACETS = st.dictionaries(st.sampled_from(sorted(SLUGS)), st.integers(), max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            name: st.lists(st.sampled_from(SLUGS[name]), min_size=1, max_size=2, unique=True).map(tuple)
            for name in chosen
        }
    )
)
YEARS = st.none() | st.integers(1998, 2008)
QUERIES = st.builds(
    Query,
    text=st.lists(PIECE, max_size=4).map(" ".join),
    facets=FACETS,
    year_from=YEARS,
    year_to=YEARS,
    sort=st.sampled_from(["relevance", "newest", "title"]),
    page=st.integers(1, 8),
)


@pytest.fixture(scope="module")
def corpora(build: Build) -> dict[int, Corpus]:
    return {seed: build(made_up(seed, size)) for seed, size in SIZES.items()}


def prop(examples: int = 60) -> settings:
    return settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])


SEEDS = st.sampled_from(sorted(SIZES))


@once
@prop(120)
@given(seed=SEEDS, asked=QUERIES)
def test_totals_hits_and_counts_are_those_of_plain_python(corpora: dict[int, Corpus], seed: int, asked: Query) -> None:
    entries = corpora[seed].entries
    answer = corpora[seed].ask(asked)
    matched, every = matches(entries, asked.text)
    expected = {page for page in matched if passes(entries[page], asked)}
    assert answer.total == len(expected)
    assert answer.exact == len(expected & every)
    assert answer.pages == max(1, -(-len(expected) // 10))
    assert answer.page == min(asked.page, answer.pages)
    for hit in answer.hits:
        assert hit.page_id in expected
        assert hit.exact == (hit.page_id in every)
    got = {name: {row.value: row.count for row in rows if row.count} for name, rows in answer.facets.items()}
    assert got == counted(entries, matched, asked)


@prop(40)
@given(seed=SEEDS, asked=QUERIES)
def test_pages_cover_every_hit_once_in_a_total_order(corpora: dict[int, Corpus], seed: int, asked: Query) -> None:
    found = corpora[seed]
    whole = [hit.page_id for hit in found.ask(Query(asked.text, asked.facets, sort=asked.sort), 1000).hits]
    paged: list[int] = []
    for number in range(1, max(1, -(-len(whole) // 10)) + 1):
        paged += [hit.page_id for hit in found.ask(Query(asked.text, asked.facets, sort=asked.sort, page=number)).hits]
    assert paged == whole
    assert len(set(whole)) == len(whole)


@once
@prop()
@given(seed=SEEDS, asked=QUERIES, name=st.sampled_from(sorted(SLUGS)), data=st.data())
def test_another_filter_never_finds_more(
    corpora: dict[int, Corpus], seed: int, asked: Query, name: str, data: st.DataObject
) -> None:
    without = Query(asked.text, {key: values for key, values in asked.facets.items() if key != name})
    value = data.draw(st.sampled_from(SLUGS[name]))
    narrower = Query(asked.text, dict(without.facets) | {name: (value,)})
    wide, narrow = corpora[seed].ask(without, 1000), corpora[seed].ask(narrower, 1000)
    assert {hit.page_id for hit in narrow.hits} <= {hit.page_id for hit in wide.hits}
    dated = Query(asked.text, without.facets, asked.year_from, asked.year_to)
    assert corpora[seed].ask(dated).total <= wide.total
    # What the facet promised beside the value is what choosing it finds.
    promised = {row.value: row.count for row in wide.facets[name]}
    assert narrow.total == promised.get(value, 0)


@once
@prop()
@given(seed=SEEDS, asked=QUERIES)
def test_what_dropping_a_filter_would_find_is_true(corpora: dict[int, Corpus], seed: int, asked: Query) -> None:
    answer = corpora[seed].ask(asked)
    assert not (answer.total and answer.relax)
    if not answer.total:
        assert [(row.param, row.value) for row in answer.relax] == asked.filters()
    for row in answer.relax:
        assert row.total == corpora[seed].ask(asked.without(row.param, row.value)).total


def test_chosen_values_stay_to_be_unchosen_also_where_they_find_nothing(corpora: dict[int, Corpus]) -> None:
    answer = corpora[4].ask(query("q=nothingelse&theme=t1&tag=x&year_from=2001&year_to=2002"))
    assert answer.total == 0
    chosen = {(name, row.value) for name, rows in answer.facets.items() for row in rows if row.selected}
    assert chosen == {("theme", "t1"), ("tag", "x"), (YEAR, "2001"), (YEAR, "2002")}


def test_years_turned_round_find_nothing(corpora: dict[int, Corpus]) -> None:
    assert corpora[4].ask(query("year_from=2004&year_to=2001")).total == 0


def test_a_group_counts_all_below_it_and_comes_before_its_areas(corpora: dict[int, Corpus]) -> None:
    rows = corpora[5].ask(Query()).facets["area"]
    assert [(row.value, row.level) for row in rows] == [
        pair for group, below in GROUPS.items() for pair in [(group, 0), *((slug, 1) for slug in below)]
    ]
    for group, below in GROUPS.items():
        together = corpora[5].ask(Query(facets={"area": below})).total
        assert next(row.count for row in rows if row.value == group) == together


@pytest.mark.parametrize("both", [9, 10, 11])
def test_some_of_the_words_follow_only_where_all_of_them_fill_no_page(both: int, build: Build) -> None:
    entries = [entry(number, body="alpha bravo") for number in range(1, both + 1)]
    entries += [entry(100, "alpha alpha alpha"), entry(101, body="bravo"), entry(102, body="gamma")]
    found = build(entries)
    answer = found.ask(query("q=alpha+bravo"), 1000)
    assert answer.exact == both
    assert answer.total == (both + 2 if both < 10 else both)
    # A filter changes what is found, never what matches.
    one = found.ask(query("q=alpha+bravo&kind=case-study"))
    assert (one.total, one.exact) == (answer.total, answer.exact)
    # All the words come first, however well some of them fit.
    assert [hit.exact for hit in answer.hits] == sorted((hit.exact for hit in answer.hits), reverse=True)
    if both < 10:
        assert {hit.page_id for hit in answer.hits if not hit.exact} == {100, 101}
