"""The pages that are most like one: the embedded engine's rule, counted on the server and weighed here."""

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query as Clause

from search.elastic.connection import Place, asking
from search.elastic.question import BY_SCORE
from search.embedded.engine import CANDIDATES, LIKENESS

MORE = 20  # pages weighed again beyond those that are wanted: the server adds with fewer digits
Pairs = Sequence[tuple[str, str]]


def likest(place: Place, page_id: int, facets: Mapping[str, Sequence[str]], count: int, kind: str) -> list[int]:
    """The ids of the pages that share most of these values, likest first."""
    pairs = [(name, value) for name, values in facets.items() for value in values if name in LIKENESS]
    if not pairs:
        return []
    shares = [Q("term", facets=f"{name}:{value}") for name, value in pairs]
    total, having, reached = _counted(place, shares)
    # A value that few pages have says more than one that most have.
    weights = {
        f"{name}:{value}": log(1 + total / pages) * LIKENESS[name]
        for (name, value), pages in zip(pairs, having, strict=True)
        if pages
    }
    least = next((number for number in range(len(shares), 0, -1) if reached[number - 1] > CANDIDATES), 1)
    scores = [Q("constant_score", filter=Q("term", facets=key), boost=weight) for key, weight in weights.items()]
    candidates = Q(
        "bool",
        should=scores,
        minimum_should_match=least,
        must_not=[Q("term", page=page_id)],
        filter=[Q("term", facets=f"kind:{kind}")] if kind else [],
    )
    search = Search().query(candidates).sort(*BY_SCORE).source(False)
    search = search.extra(size=count + MORE, track_total_hits=False, docvalue_fields=["facets"])
    said = _ask(place, search.to_dict())
    weighed = {
        int(row["_id"]): sum(weight for key, weight in weights.items() if key in row["fields"]["facets"])
        for row in said["hits"]["hits"]
    }
    return sorted(weighed, key=lambda page: (-weighed[page], page))[:count]


def _counted(place: Place, shares: Sequence[Clause]) -> tuple[int, list[int], list[int]]:
    """How many pages there are, how many have each value, and how many have so many of the values at least."""
    levels = [Q("bool", should=list(shares), minimum_should_match=number + 1) for number in range(len(shares))]
    aggs = {
        name: {"filters": {"filters": [clause.to_dict() for clause in clauses]}}
        for name, clauses in (("having", shares), ("reached", levels))
    }
    said = _ask(place, {"size": 0, "track_total_hits": True, "aggs": aggs})
    having, reached = (
        [row["doc_count"] for row in said["aggregations"][name]["buckets"]] for name in ("having", "reached")
    )
    return said["hits"]["total"]["value"], having, reached


def _ask(place: Place, body: Mapping[str, Any]) -> Mapping[str, Any]:
    with asking():
        return place.client.search(index=place.alias, body=dict(body), allow_partial_search_results=False).body
