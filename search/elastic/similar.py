"""The pages that are most like one: the rule of every engine, counted on the server and weighed here.

Two requests: one for the page's values and how many pages have each, one for the pages that weigh most. A third one only
where these share so few values that others come before them.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Any

from elasticsearch.dsl import A, Q

from search.elastic.answers import VALUES
from search.elastic.connection import Place, several
from search.elastic.hits import WITHOUT_BODY
from search.elastic.question import BY_SCORE
from search.likeness import CANDIDATES, LIKENESS

MORE = 20  # pages weighed again beyond those that are wanted: the server adds with fewer digits
Body = dict[str, Any]
Row = Mapping[str, Any]
# Of all values, not of the page's: the server remembers it until the index changes.
COUNTED: Body = {
    "size": 0,
    "track_total_hits": True,
    "aggs": {"values": A("terms", field="facets", size=VALUES, include=f"({'|'.join(LIKENESS)}):.*").to_dict()},
}


def likest(place: Place, page_id: int, count: int, kind: str) -> list[Row] | None:
    """The hits that share most of a page's values, likest first; None where there is no such page."""
    about = f"similar {page_id}"
    own = {"query": Q("ids", values=[str(page_id)]).to_dict(), "_source": False, "docvalue_fields": ["facets"]}
    found, counted = several(place, about, [own, COUNTED])
    if not found["hits"]["hits"]:
        return None
    weights = _weights(_facets(found["hits"]["hits"][0]), counted)
    if not weights:
        return []
    first, *levels = several(place, about, [_best(page_id, weights, 1, count, kind), *_levels(weights)])
    reached = [level["hits"]["total"]["value"] for level in levels]
    least = next((number for number in range(len(weights), 1, -1) if reached[number - 2] > CANDIDATES), 1)
    rows = first["hits"]["hits"]
    if len(rows) == count + MORE and len(_weighed(rows[: -MORE // 2], weights, least)) < count:
        (rest,) = several(place, about, [_best(page_id, weights, least, count, kind)])
        rows = rest["hits"]["hits"]
    return [row for *_, row in sorted(_weighed(rows, weights, least), key=lambda found: found[:2])][:count]


def _facets(row: Row) -> Sequence[str]:
    return row.get("fields", {}).get("facets", ())


def _weights(own: Iterable[str], counted: Mapping[str, Any]) -> dict[str, float]:
    """What it says of a page to share each value: more of one that few pages have than of one that most have."""
    total = counted["hits"]["total"]["value"]
    pages = {row["key"]: row["doc_count"] for row in counted["aggregations"]["values"]["buckets"]}
    return {key: log(1 + total / pages[key]) * LIKENESS[key.partition(":")[0]] for key in own if key in pages}


def _best(page_id: int, weights: Mapping[str, float], least: int, count: int, kind: str) -> Body:
    """The pages with so many of the values that weigh most, and some more."""
    scores = [Q("constant_score", filter=Q("term", facets=key), boost=weight) for key, weight in weights.items()]
    clause = Q(
        "bool",
        should=scores,
        minimum_should_match=least,
        must_not=[Q("term", page=page_id)],
        filter=[Q("term", facets=f"kind:{kind}")] if kind else [],
    )
    shown = {"_source": WITHOUT_BODY, "docvalue_fields": ["facets"], "track_total_hits": False}
    return {"query": clause.to_dict(), "sort": BY_SCORE, "size": count + MORE, **shown}


def _levels(weights: Mapping[str, float]) -> list[Body]:
    """Whether more than enough pages have two of the values at least, three, and so on: none is counted to the end."""
    shares = Q("bool", should=[Q("term", facets=key) for key in weights]).to_dict()["bool"]
    return [
        {
            "query": {"bool": shares | {"minimum_should_match": number}},
            "size": 0,
            "track_total_hits": CANDIDATES + 1,
        }
        for number in range(2, len(weights) + 1)
    ]


def _weighed(rows: Iterable[Row], weights: Mapping[str, float], least: int) -> list[tuple[float, int, Row]]:
    """Those that have so many of the values, with what sorts them."""
    found = []
    for row in rows:
        held = set(_facets(row))
        shared = [weight for key, weight in weights.items() if key in held]
        if len(shared) >= least:
            found.append((-sum(shared), int(row["_id"]), row))
    return found
