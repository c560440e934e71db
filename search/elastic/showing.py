"""Hits from what the server holds, with the words of the question marked by the embedded index's own rule: the few pages that
are shown are put into an FTS5 table in memory."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from typing import Any

from pyroaring import BitMap

from search.analysis import fold, tokens
from search.embedded import hits as embedded
from search.embedded import text
from search.results import Hit
from search.stemming import TOKENIZER
from search.synonyms import Expanded

SHOWN = ["shown", "body_text"]
WITHOUT_BODY = ["shown"]
FEW = 100  # hits with a body each; of more, as in a file for download, only titles and summaries are read
LARGEST = 2**32 - 1  # page id that a bitmap can hold
SCHEMA = f"""
CREATE TABLE doc (page, kind, url, date, organisations, title, tags, summary, body);
CREATE TABLE doc_facet (page, dimension, value);
CREATE VIRTUAL TABLE fts USING fts5(title, tags, summary, body, tokenize='{TOKENIZER}');
"""


def hits(
    rows: Iterable[Mapping[str, Any]], question: Expanded | None = None, every: Collection[str] = ()
) -> tuple[Hit, ...]:
    """`rows` are hits as the server gives them; those in `every` have the whole question."""
    found = {int(row["_id"]): row for row in rows}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SCHEMA)
        for page, row in found.items():
            shown = row["_source"]["shown"]
            body = row["_source"].get("body_text", "")
            texts = (shown["title"], shown["tags"], shown["summary"], body)
            about = (shown["kind"], shown["url"], shown["date"], json.dumps(shown["organisations"]))
            connection.execute("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (page, *about, *texts))
            connection.execute(
                "INSERT INTO fts (rowid, title, tags, summary, body) VALUES (?, ?, ?, ?, ?)", (page, *texts)
            )
            values = [(page, *pair) for pair in shown["facets"]]
            connection.executemany("INSERT INTO doc_facet VALUES (?, ?, ?)", values)
        expression = _marking(connection, question) if question else ""
        return embedded.hits(connection, list(found), expression, BitMap(map(int, every)))


def _marking(connection: sqlite3.Connection, question: Expanded) -> str:
    """Every word of the question, and whatever was found in its place."""
    said: list[tuple[str, ...]] = []
    for group in question.groups:
        for alternative in group.alternatives:
            if alternative.prefix:
                said += [(word,) for word in _beginning(connection, fold(alternative.words[0]))]
            else:
                said.append(alternative.words)
    return text.any_of(said, question.phrases)


def _beginning(connection: sqlite3.Connection, start: str) -> list[str]:
    """Words of the pages that are shown which begin so."""
    rows = connection.execute("SELECT title, tags, summary, body FROM doc").fetchall()
    return sorted({word for row in rows for column in row for word in tokens(column) if fold(word).startswith(start)})
