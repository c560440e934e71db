"""One question answered: at most two requests, and two more where the spelling looks wrong."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query as Clause

from search import analysis
from search.elastic import question as asked
from search.elastic.connection import Place, asking, checked
from search.elastic.question import Sets, filters, passing, sets
from search.elastic.showing import FEW, SHOWN, WITHOUT_BODY, hits
from search.elastic.spelling import corrected
from search.facets import DIMENSIONS, YEAR, FacetCount, Vocabulary
from search.matching import in_years
from search.query import PER_PAGE, Query
from search.results import Relax, Results
from search.synonyms import Expanded, Thesaurus, expand

FEW_EXACT = 5  # pages with all the words: of fewer the spelling is looked at
VALUES = 20_000  # of all dimensions together: more than any vocabulary has
SHARED = "shared"


def answer(place: Place, query: Query, vocabulary: Vocabulary, thesaurus: Thesaurus, per_page: int) -> Results:
    question = expand(analysis.parse(query.text), thesaurus)
    found = sets(question)
    matched = _matched(place, question, found)
    body = _body(query, question, found, matched, per_page)
    said = _ask(place, body)
    total = said["hits"]["total"]["value"]
    pages = max(1, -(-total // per_page))
    page = min(query.page, pages)
    rows = said["hits"]["hits"]
    if page != query.page and total:
        rows = _ask(place, body | {"from": (page - 1) * per_page, "aggs": {}})["hits"]["hits"]
    counted = said["aggregations"]
    exact = counted["exact"]["doc_count"]
    suggestion = None
    if exact < FEW_EXACT and question.groups:
        suggestion = _better(place, query, (exact, total), corrected(place, query.text, question), thesaurus)
    relax = ()
    if not total:
        relax = tuple(
            Relax(name, value, counted[f"relax {number}"]["doc_count"])
            for number, (name, value) in enumerate(query.filters())
        )
    return Results(
        hits=hits(rows, question),
        total=total,
        exact=exact,
        page=page,
        pages=pages,
        facets=_facets(query, vocabulary, counted),
        relax=relax,
        suggestion=suggestion,
    )


def _matched(place: Place, question: Expanded, found: Sets) -> Clause:
    """The pages with all of the question, and those with some of it where these are too few."""
    if len(question.groups) < 2:
        return found.every
    every = _count(found.every) | {"track_total_hits": PER_PAGE}
    return found.every if _ask(place, every)["hits"]["total"]["value"] >= PER_PAGE else found.some


def _better(place: Place, query: Query, here: tuple[int, int], text: str | None, thesaurus: Thesaurus) -> str | None:
    """The text put right, where more pages have all of it, or more are found."""
    if text is None:
        return None
    question = expand(analysis.parse(text), thesaurus)
    found = sets(question)
    passes = passing(query)
    searches = [
        _count(clause) for clause in (found.every, Q("bool", filter=[found.every, passes]), found.some & passes)
    ]
    with asking():
        said = place.client.msearch(index=place.alias, searches=[part for body in searches for part in ({}, body)])
    whole, exact, total = (checked(row)["hits"]["total"]["value"] for row in said["responses"])
    if len(question.groups) < 2 or whole >= PER_PAGE:
        total = exact
    return text if (exact, total) > here else None


def _ask(place: Place, body: Mapping[str, Any]) -> Mapping[str, Any]:
    with asking():
        # Half an answer is none: where a shard is lost, the other engine knows all of it.
        return place.client.search(index=place.alias, body=dict(body), allow_partial_search_results=False).body


def _count(clause: Clause) -> dict[str, Any]:
    return {"query": clause.to_dict(), "size": 0, "track_total_hits": True}


def _body(query: Query, question: Expanded, found: Sets, matched: Clause, per_page: int) -> dict[str, Any]:
    search = Search().extra(track_total_hits=True, size=per_page, **{"from": (query.page - 1) * per_page})
    search = search.source(SHOWN if per_page <= FEW else WITHOUT_BODY)
    named = Q("bool", filter=[found.every], _name="every")
    if query.sort == "relevance" and question.positive:
        clause = asked.ranked(query, matched, found)
        search = search.sort(*asked.BY_SCORE)
    else:
        clause = Q("bool", filter=[matched])
        search = search.sort(*asked.SORTED.get(query.sort, asked.SORTED["newest"]))
    # It adds nothing to a score; it says of each hit whether it has the whole question.
    clause.should = [*getattr(clause, "should", []), Q("constant_score", filter=named, boost=0)]
    chosen = filters(query)
    search = search.query(clause).post_filter(passing(query))
    aggs = search.aggs
    aggs.bucket("exact", "filter", filter=Q("bool", filter=[passing(query), found.every]))
    values = {"field": "facets", "size": VALUES}
    aggs.bucket(SHARED, "filter", filter=passing(query)).bucket("values", A("terms", **values))
    for name in chosen:
        own = A("terms", include=f"{re.escape(name)}:.*", **values)
        aggs.bucket(f"own {name}", "filter", filter=passing(query, leave_out=name)).bucket("values", own)
    if YEAR in chosen:  # years are shown as chosen also where they find nothing
        aggs.bucket("years", "global").bucket("values", A("terms", include=f"{YEAR}:.*", **values))
    for number, pair in enumerate(query.filters()):
        aggs.bucket(f"relax {number}", "filter", filter=passing(query.without(*pair)))
    return dict(search.to_dict())


def _facets(query: Query, vocabulary: Vocabulary, counted: Mapping[str, Any]) -> dict[str, tuple[FacetCount, ...]]:
    """How many pages each value would find, a dimension's own choice left aside. Values that find none are left out
    unless they are chosen."""

    def rows(name: str) -> dict[str, int]:
        return {row["key"]: row["doc_count"] for row in counted[name]["values"]["buckets"]}

    shared = rows(SHARED)
    found: dict[str, tuple[FacetCount, ...]] = {}
    for name in DIMENSIONS:
        held = rows(f"own {name}") if f"own {name}" in counted else shared
        found[name] = _values(name, vocabulary, held, query.facets.get(name, ()))
    own = f"own {YEAR}"
    held = rows(own) if own in counted else shared
    years = rows("years") if "years" in counted else held
    found[YEAR] = tuple(
        FacetCount(year, year, held.get(key, 0), own in counted and in_years(query, year))
        for key, year in sorted(((key, key.removeprefix(f"{YEAR}:")) for key in years), reverse=True)
        if key.startswith(f"{YEAR}:") and (held.get(key, 0) or in_years(query, year))
    )
    return found


def _values(
    name: str, vocabulary: Vocabulary, held: Mapping[str, int], picked: Sequence[str]
) -> tuple[FacetCount, ...]:
    rows = (
        FacetCount(slug, value.label, held.get(f"{name}:{slug}", 0), slug in picked, 1 if value.parent else 0)
        for slug, value in vocabulary[name].items()
    )
    return tuple(row for row in rows if row.count or row.selected)


def counts_of(
    found: Sequence[Mapping[str, Sequence[str]]], vocabulary: Vocabulary
) -> dict[str, tuple[FacetCount, ...]]:
    """The facets of a few hits."""
    held: dict[str, int] = {}
    for facets in found:
        for name, values in facets.items():
            for value in values:
                held[f"{name}:{value}"] = held.get(f"{name}:{value}", 0) + 1
    buckets = [{"key": key, "doc_count": count} for key, count in held.items()]
    return _facets(Query(), vocabulary, {SHARED: {"values": {"buckets": buckets}}})
