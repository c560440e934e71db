"""Hits from what the server holds, with the words of the question marked by the embedded index's own rule: the few pages that
are shown are put into an FTS5 table in memory."""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from search.analysis import fold, tokens
from search.embedded import text
from search.embedded.hits import hit
from search.embedded.snippets import Marked, snippets
from search.results import Hit
from search.stemming import TOKENIZER
from search.synonyms import Expanded

SHOWN = True  # all that the server keeps of the document as it came (documents.MAPPING): it hands that over unread
WITHOUT_BODY = ["shown"]
FEW = 100  # hits with a body each; of more, as in a file for download, only titles and summaries are read
SCHEMA = f"CREATE VIRTUAL TABLE fts USING fts5(title, tags, summary, body, tokenize='{TOKENIZER}')"
Texts = Mapping[int, tuple[str, str, str, str]]  # title, tags, summary and body of each page

_local = threading.local()


def hits(
    rows: Iterable[Mapping[str, Any]], question: Expanded | None = None, every: Collection[str] = ()
) -> tuple[Hit, ...]:
    """`rows` are hits as the server gives them; those in `every` have the whole question."""
    sources = {int(row["_id"]): row["_source"] for row in rows}
    found = _marked(sources, question) if question and question.positive and sources else {}
    printed = []
    for page, source in sources.items():
        shown = source["shown"]
        printed.append(
            hit(
                *(page, shown["kind"], shown["title"], shown["url"], shown["summary"], shown["date"]),
                organisations=shown["organisations"],
                facets=shown["facets"],
                marked_texts=found.get(page),
                exact=str(page) in every,
            )
        )
    return tuple(printed)


def _marked(sources: Mapping[int, Mapping[str, Any]], question: Expanded) -> dict[int, Marked]:
    texts = {
        page: (*(source["shown"][name] for name in ("title", "tags", "summary")), source.get("body_text", ""))
        for page, source in sources.items()
    }
    expression = _marking(texts, question)
    if not expression:
        return {}
    with _table() as connection:
        # Bodies take longest, and one is shown only where there is nothing to mark in the summary.
        found = _looked_through(connection, {page: (*held[:3], "") for page, held in texts.items()}, expression)
        found = {page: held for page, held in found.items() if text.OPEN in held[1]}
        rest = {page: held for page, held in texts.items() if page not in found}
        return found | _looked_through(connection, rest, expression)


def _looked_through(connection: sqlite3.Connection, texts: Texts, expression: str) -> dict[int, Marked]:
    sql = "REPLACE INTO fts (rowid, title, tags, summary, body) VALUES (?, ?, ?, ?, ?)"
    connection.executemany(sql, [(page, *held) for page, held in texts.items()])
    return snippets(connection, texts, expression) if texts else {}


@contextmanager
def _table() -> Iterator[sqlite3.Connection]:
    """This thread's table, which is empty again afterwards."""
    connection: sqlite3.Connection | None = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute(SCHEMA)
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")


def _marking(texts: Texts, question: Expanded) -> str:
    """Every word of the question, and whatever was found in its place."""
    said: list[tuple[str, ...]] = []
    words: set[str] | None = None
    for group in question.groups:
        for alternative in group.alternatives:
            if alternative.prefix:
                if words is None:
                    words = {word for held in texts.values() for one in held for word in tokens(one)}
                start = fold(alternative.words[0])
                begun = (word for word in words if (word if word.isascii() else fold(word)).startswith(start))
                said += [(word,) for word in sorted(begun)]
            else:
                said.append(alternative.words)
    return text.any_of(said, question.phrases)
