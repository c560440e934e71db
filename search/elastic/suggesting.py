"""What somebody who types may mean, by the rule and order of every engine."""

import sqlite3
from contextlib import closing
from typing import Any

from elasticsearch.dsl import Q

from search.analysis import fold
from search.elastic.connection import Place, several
from search.facets import Vocabulary
from search.results import Suggestion
from search.suggesting import CANDIDATES, SCHEMA, facet_values, has_each, ordered, typed_words, written


def suggestions(place: Place, vocabulary: Vocabulary, text: str, count: int) -> tuple[Suggestion, ...]:
    words = typed_words(text)
    if not words:
        return ()
    values = list(facet_values(vocabulary, words))
    keys = [f"{found.kind}:{slug}" for (found, _, _), slug in values]
    titles = Q("bool", filter=[Q("prefix", title_words=word) for word in words])
    begin = Q("prefix", title_key=" ".join(words))
    names = Q("bool", filter=[Q("prefix", organisation_words=word) for word in words])
    shown = {"_source": ["shown.title", "shown.url", "shown.kind"], "track_total_hits": False, "sort": ["page"]}
    searches: list[dict[str, Any]] = [
        {"query": begin.to_dict(), "size": CANDIDATES, **shown},
        {"query": titles.to_dict(), "size": CANDIDATES, **shown},
        {"query": names.to_dict(), "size": 0, "aggs": {"names": {"terms": {"field": "organisations", "size": 500}}}},
    ]
    if keys:
        held = {"terms": {"field": "facets", "include": keys, "size": len(keys)}}
        searches.append({"size": 0, "aggs": {"values": held}})
    said = several(place, text, searches)
    there = {row["key"] for row in said[3]["aggregations"]["values"]["buckets"]} if keys else set()
    candidates = [found for (found, _), key in zip(values, keys, strict=True) if key in there]
    rows = {int(row["_id"]): row["_source"]["shown"] for found in said[:2] for row in found["hits"]["hits"]}
    pages = [(page, row["title"], row["kind"], row["url"]) for page, row in rows.items()]
    known = [bucket["key"] for bucket in said[2]["aggregations"]["names"]["buckets"]]
    # The server's words may be a little more than what was typed; the table that every engine uses has the last word.
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(SCHEMA)
        likely = [name for name in known if has_each(fold(name), words)][:CANDIDATES]
        pages += [(-number, name, "organisation", "") for number, name in enumerate(likely, start=1)]
        told = [(number, fold(name), name, kind, url) for number, name, kind, url in pages]
        connection.executemany("INSERT INTO prefix (rowid, words, text, kind, url) VALUES (?, ?, ?, ?, ?)", told)
        candidates += written(connection, text)
    return ordered(candidates, " ".join(words), count)
