"""What somebody who types may mean, by the embedded engine's rule and order."""

from collections.abc import Iterator
from typing import Any

from elasticsearch.dsl import Q

from search.analysis import fold, tokens
from search.elastic.connection import Place, asking, checked
from search.embedded.suggest import CANDIDATES, MAX_TEXT, MAX_WORDS, Candidate, _has, ordered
from search.facets import Vocabulary
from search.query import Query
from search.results import Suggestion


def suggestions(place: Place, vocabulary: Vocabulary, text: str, count: int) -> tuple[Suggestion, ...]:
    words = fold(text[:MAX_TEXT]).split()[:MAX_WORDS]
    if not words:
        return ()
    values = list(_values(vocabulary, words))
    keys = [f"{found.kind}:{slug}" for (found, _, _), slug in values]
    titles = Q("bool", filter=[Q("prefix", title_written=word) for word in words])
    begin = Q("prefix", title_key=" ".join(words))
    names = Q("bool", filter=[Q("prefix", organisation_words=word) for word in words])
    shown = {"_source": ["shown.title", "shown.url", "shown.kind"], "track_total_hits": False}
    searches: list[dict[str, Any]] = [
        {"query": begin.to_dict(), "size": CANDIDATES, **shown},
        {"query": titles.to_dict(), "size": CANDIDATES, **shown},
        {"query": names.to_dict(), "size": 0, "aggs": {"names": {"terms": {"field": "organisations", "size": 500}}}},
    ]
    if keys:
        held = {"terms": {"field": "facets", "include": keys, "size": len(keys)}}
        searches.append({"size": 0, "aggs": {"values": held}})
    with asking():
        answer = place.client.msearch(index=place.alias, searches=[part for body in searches for part in ({}, body)])
    said = [checked(row) for row in answer["responses"]]
    there = {row["key"] for row in said[3]["aggregations"]["values"]["buckets"]} if keys else set()
    candidates: list[Candidate] = [found for (found, _), key in zip(values, keys, strict=True) if key in there]
    for row in (*said[0]["hits"]["hits"], *said[1]["hits"]["hits"]):
        shown = row["_source"]["shown"]
        candidates.append((Suggestion(shown["title"], shown["url"], shown["kind"]), fold(shown["title"]), 2))
    for bucket in said[2]["aggregations"]["names"]["buckets"]:
        name = bucket["key"]
        if _has(fold(name), words):
            quoted = f'"{" ".join(tokens(name))}"'
            candidates.append((Suggestion(name, Query(quoted).to_url("/search/"), "organisation"), fold(name), 1))
    return ordered(candidates, " ".join(words), count)


def _values(vocabulary: Vocabulary, words: list[str]) -> Iterator[tuple[Candidate, str]]:
    for dimension, values in vocabulary.items():
        for slug, value in values.items():
            keys = [key for key in map(fold, (value.label, *value.synonyms)) if _has(key, words)]
            if keys:
                best = next((key for key in keys if key.startswith(" ".join(words))), keys[0])
                url = value.url or Query(facets={dimension: (slug,)}).to_url("/search/")
                yield (Suggestion(value.label, url, dimension), best, 0), slug
