"""One question answered in one request, or in two where the first one's answer asks for more: where few pages have all
the words, the page of results is past the end, or the spelling looks wrong.

Hits and counts are asked for side by side: of hits the server looks only at those that can be among the first, and counts
it remembers until the index changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query as Clause

from search import analysis
from search.elastic import question as asked
from search.elastic import spelling
from search.elastic.connection import Place, several
from search.elastic.documents import DEEPEST
from search.elastic.hits import FEW, SHOWN, WITHOUT_BODY, hits
from search.elastic.question import Sets, filters, passed, sets
from search.facets import DIMENSIONS, YEAR, FacetCount, Value, Vocabulary
from search.matching import in_years
from search.query import PER_PAGE, Query
from search.results import Relax, Results
from search.synonyms import Expanded, Thesaurus, expand

FEW_EXACT = 5  # pages with all the words: of fewer the spelling is looked at
VALUES = 20_000  # of all dimensions together: more than any vocabulary has
Body = dict[str, Any]
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as it is asked of the server."""

    query: Query
    question: Expanded
    sets: Sets
    per_page: int

    @property
    def by_score(self) -> bool:
        return self.query.sort == "relevance" and self.question.positive

    @property
    def in_parts(self) -> bool:
        """Whether pages with some of it follow where those with all of it are few."""
        return len(self.question.groups) > 1


def answer(place: Place, query: Query, vocabulary: Vocabulary, thesaurus: Thesaurus, per_page: int) -> Results:
    question = expand(analysis.parse(query.text), thesaurus)
    whole = Asked(query, question, sets(question), per_page)
    doubtful = spelling.doubtful(question)
    said = _ask(place, query.text, _first(whole, doubtful))
    exact = total = _total(said["counts"])
    enough = not whole.in_parts or _total(said.get("all", said["counts"])) >= PER_PAGE
    if not enough and "some" in said:
        total = _total(said["some"])
    page = query.page if not enough and query.page == 1 else min(query.page, _pages(total, per_page))
    second = _second(whole, page, exact, enough=enough)
    meant = spelling.corrected(query.text, doubtful, said["spelling"]) if doubtful and exact < FEW_EXACT else None
    better = expand(analysis.parse(meant), thesaurus) if meant else None
    if better:
        found = sets(better)
        second["better every"] = _count(found.every, *passed(query))
        second["better some"] = _count(found.some, *passed(query))
        second["better all"] = _count(found.every)
    said |= _ask(place, query.text, second)
    total = _total(said["counts"])
    rows, rest = (said[name]["hits"]["hits"] if name in said else [] for name in ("hits", "rest"))
    every = {row["_id"] for row in rows if enough or whole.by_score or row.get("matched_queries")}
    return Results(
        hits=hits([*rows, *rest], question, every),
        total=total,
        exact=exact,
        page=page,
        pages=_pages(total, per_page),
        facets=_facets(query, vocabulary, said),
        relax=() if total else _relax(query, said),
        suggestion=meant if better and _finds_more(said, better, (exact, total)) else None,
    )


def _pages(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))


def _total(counted: Said) -> int:
    return int(counted["hits"]["total"]["value"])


def _first(whole: Asked, doubtful: Sequence[str]) -> dict[str, Body]:
    query = whole.query
    bodies = {"hits": _hits(whole, query.page), **_counts(whole, whole.sets.every)}
    if whole.in_parts and passed(query):  # which pages match depends on the text alone
        bodies["all"] = _count(whole.sets.every) | {"track_total_hits": PER_PAGE}
    if whole.in_parts and query.page > 1:  # it must be known which page is the last one
        bodies["some"] = _count(whole.sets.some, *passed(query))
    if doubtful:
        bodies["spelling"] = spelling.asked(doubtful)
    return bodies


def _second(whole: Asked, page: int, exact: int, *, enough: bool) -> dict[str, Body]:
    """What is missing from the first answer: another page of it, the pages with only some of the question, what would be
    found without a filter where nothing is."""
    bodies = {}
    query, matched = whole.query, whole.sets.every if enough else whole.sets.some
    if not exact:
        for number, pair in enumerate(query.filters()):
            bodies[f"relax {number}"] = _count(matched, *passed(query.without(*pair)))
    if page != query.page and (enough or whole.by_score):
        bodies["hits"] = _hits(whole, page)
    if enough:
        return bodies
    bodies |= _counts(whole, matched)
    if not whole.by_score:
        bodies["hits"] = _hits(whole, page, every=False)
        return bodies
    start, end = (page - 1) * whole.per_page, page * whole.per_page
    if end > exact:
        clause = asked.ranked(query, whole.sets.rest)
        bodies["rest"] = _page(whole, clause, max(0, start - exact), min(whole.per_page, end - exact))
    return bodies


def _ask(place: Place, text: str, bodies: Mapping[str, Body]) -> dict[str, Said]:
    if not bodies:
        return {}
    ranked = [number for number, name in enumerate(bodies) if name in ("hits", "rest")]
    return dict(zip(bodies, several(place, text, bodies.values(), ranked), strict=True))


def _hits(whole: Asked, page: int, *, every: bool = True) -> Body:
    start = (page - 1) * whole.per_page
    size = whole.per_page if start + whole.per_page <= DEEPEST else 0
    if whole.by_score:
        return _page(whole, asked.ranked(whole.query, whole.sets.best), start if size else 0, size)
    matched = whole.sets.every if every else whole.sets.some
    clause = Q("bool", filter=[matched, *passed(whole.query)])
    if not every:  # each hit says whether it has the whole question
        clause.should = [Q("bool", filter=[whole.sets.every], _name="every")]
    return _page(whole, clause, start if size else 0, size)


def _page(whole: Asked, clause: Clause, start: int, size: int) -> Body:
    by = asked.BY_SCORE if whole.by_score else asked.SORTED.get(whole.query.sort, asked.SORTED["newest"])
    shown = SHOWN if whole.question.positive and size <= FEW else WITHOUT_BODY
    # No Search: it copies itself with each thing that is said of it.
    return {
        "query": clause.to_dict(),
        "sort": by,
        "from": start,
        "size": size,
        "track_total_hits": False,
        "_source": shown,
    }


def _count(*matched: Clause) -> Body:
    return {"query": Q("bool", filter=list(matched)).to_dict(), "size": 0, "track_total_hits": True}


def _counting(field: str, *matched: Clause) -> Body:
    return _count(*matched) | {"aggs": {"values": {"terms": {"field": field, "size": VALUES}}}}


def _counts(whole: Asked, matched: Clause) -> dict[str, Body]:
    """The counts of the dimensions without a choice, and those of each with one, as questions of their own: the server
    begins with what is rarest, and remembers each answer."""
    query = whole.query
    bodies = {"counts": _counting("facets", matched, *passed(query))}
    for name in filters(query):
        bodies[f"own {name}"] = _counting(f"own.{name}", matched, *passed(query, leave_out=name))
    if f"own {YEAR}" in bodies:  # years are shown as chosen also where they find nothing
        bodies["years"] = _counting(f"own.{YEAR}")
    return bodies


def _relax(query: Query, said: Mapping[str, Said]) -> tuple[Relax, ...]:
    return tuple(
        Relax(name, value, _total(said[f"relax {number}"])) for number, (name, value) in enumerate(query.filters())
    )


def _finds_more(said: Mapping[str, Said], better: Expanded, here: tuple[int, int]) -> bool:
    """Whether more pages have all of the text put right, or as many have all and more have some."""
    exact, some, unfiltered = (_total(said[f"better {name}"]) for name in ("every", "some", "all"))
    enough = len(better.groups) < 2 or unfiltered >= PER_PAGE
    return (exact, exact if enough else some) > here


def _facets(query: Query, vocabulary: Vocabulary, said: Mapping[str, Said]) -> dict[str, tuple[FacetCount, ...]]:
    """How many pages each value would find, a dimension's own choice left aside. Values that find none are left out
    unless they are chosen."""
    held = {
        name: _rows(counted) for name, counted in said.items() if name in ("counts", "years") or name.startswith("own ")
    }
    shared = _by_dimension(held["counts"])
    found: dict[str, tuple[FacetCount, ...]] = {}
    for name in DIMENSIONS:
        counted = held.get(f"own {name}", shared.get(name, {}))
        found[name] = _values(vocabulary[name], counted, query.facets.get(name, ()))
    chosen = f"own {YEAR}" in held
    counted = held.get(f"own {YEAR}", shared.get(YEAR, {}))
    found[YEAR] = tuple(
        FacetCount(year, year, counted.get(year, 0), chosen and in_years(query, year))
        for year in sorted(held.get("years", counted), reverse=True)
        if counted.get(year, 0) or in_years(query, year)
    )
    return found


def _rows(counted: Said) -> dict[str, int]:
    return {row["key"]: row["doc_count"] for row in counted["aggregations"]["values"]["buckets"]}


def _by_dimension(held: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Counts of `dimension:value`, by dimension."""
    found: dict[str, dict[str, int]] = {}
    for key, count in held.items():
        name, _, value = key.partition(":")
        found.setdefault(name, {})[value] = count
    return found


def _values(known: Mapping[str, Value], held: Mapping[str, int], picked: Sequence[str]) -> tuple[FacetCount, ...]:
    rows = []
    for slug, value in known.items():
        count = held.get(slug, 0)
        if count or slug in picked:
            rows.append(FacetCount(slug, value.label, count, slug in picked, 1 if value.parent else 0))
    return tuple(rows)


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
    return _facets(Query(), vocabulary, {"counts": {"aggregations": {"values": {"buckets": buckets}}}})
