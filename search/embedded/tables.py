"""The tables of an index file: what they are, and the rows of a page in them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyroaring import BitMap

from search.analysis import fold
from search.documents import Document, texts_of
from search.embedded import postings
from search.embedded.snapshot import ALL
from search.indexing import facets_of, fingerprint
from search.stemming import TOKENIZER
from search.suggesting import SCHEMA

FORMAT = 7  # goes up when the tables change, or what is read of every page: an index of another format is built anew
TABLES = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES
    ('sequence', 0), ('revision', 0), ('folded', 0),
    ('title words', 0), ('tags words', 0), ('summary words', 0), ('body words', 0);
CREATE TABLE doc (
    page INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, date TEXT, organisations TEXT NOT NULL,
    facets TEXT NOT NULL, fingerprint TEXT NOT NULL, title TEXT NOT NULL, tags TEXT NOT NULL, summary TEXT NOT NULL, body TEXT NOT NULL
);
-- What pages are sorted by; apart from their texts, so that it is read fast. How many words each field has.
CREATE TABLE rank (
    page INTEGER PRIMARY KEY, date TEXT, title_key TEXT NOT NULL, title_words INTEGER NOT NULL,
    tags_words INTEGER NOT NULL, summary_words INTEGER NOT NULL, body_words INTEGER NOT NULL
);
{postings.SCHEMA}
-- The stems of which pairs are kept: those that very many pages had when the index was made.
CREATE TABLE common (stem TEXT PRIMARY KEY) WITHOUT ROWID;
-- The facets as they were at the revision that was folded in, for a process that starts.
CREATE TABLE bitmap (dimension TEXT NOT NULL, value TEXT NOT NULL, pages BLOB NOT NULL, PRIMARY KEY (dimension, value));
CREATE VIRTUAL TABLE fts USING fts5(
    title, tags, summary, body, content='doc', content_rowid='page', tokenize='{TOKENIZER}'
);
-- What may be suggested while somebody types: a page by its id, an organisation by its own number below zero.
{SCHEMA}
CREATE TABLE organisation (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, pages INTEGER NOT NULL);
-- What was last written of a page, also of one that is gone: an older write never replaces a newer one.
CREATE TABLE version (page INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, revision INTEGER NOT NULL);
"""
# What comes when the tables are filled: it is made faster then.
INDEXES = """
CREATE INDEX rank_date ON rank (date DESC, page);
CREATE INDEX rank_title ON rank (title_key, page);
CREATE INDEX version_revision ON version (revision);
CREATE TRIGGER doc_added AFTER INSERT ON doc BEGIN
    INSERT INTO fts (rowid, title, tags, summary, body) VALUES (NEW.page, NEW.title, NEW.tags, NEW.summary, NEW.body);
END;
CREATE TRIGGER doc_removed AFTER DELETE ON doc BEGIN
    INSERT INTO fts (fts, rowid, title, tags, summary, body)
    VALUES ('delete', OLD.page, OLD.title, OLD.tags, OLD.summary, OLD.body);
END;
"""
# A title or the name of an organisation, to be suggested.
SUGGESTED = "INSERT INTO prefix (rowid, text, kind, url) VALUES (?, ?, ?, ?)"
TEXTS = slice(-4, None)  # of a row of `doc`


def doc_row(entry: Document) -> tuple[list[str], tuple[Any, ...]]:
    """The organisations of an entry, and its row in `doc`, which ends with the four texts."""
    organisations, texts = texts_of(entry)
    day = entry.date.isoformat() if entry.date else None
    held = json.dumps(organisations), json.dumps(facets_of(entry))
    return organisations, (entry.page_id, entry.kind, entry.url, day, *held, fingerprint(entry), *texts)


def rank_row(doc: tuple[Any, ...], lengths: Iterable[int]) -> tuple[Any, ...]:
    page, _, _, day, _, _, _, title, *_ = doc
    return (page, day, fold(title), *lengths)


def suggested(doc: tuple[Any, ...]) -> tuple[Any, ...]:
    page, kind, url, _, _, _, _, title, *_ = doc
    return page, title, kind, url


def remember_folded(
    connection: sqlite3.Connection, revision: int, pages: BitMap, facets: Mapping[str, Mapping[str, BitMap]]
) -> None:
    """Everything up to this revision is folded in, and these were the facets then."""
    rows = [(name, value, held.serialize()) for name, values in facets.items() for value, held in values.items()]
    with transaction(connection):
        connection.execute("DELETE FROM bitmap")
        connection.executemany("INSERT INTO bitmap VALUES (?, ?, ?)", [*rows, (ALL, ALL, pages.serialize())])
        connection.execute("UPDATE meta SET value = ? WHERE key = 'folded'", (revision,))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # a full disk ends a transaction by itself
        connection.execute("ROLLBACK")


def replace(connection: sqlite3.Connection, page: int, entry: Document | None) -> None:
    """Write a page's entry in the place of what was there."""
    _remove(connection, page)
    if entry is None:
        return
    organisations, row = doc_row(entry)
    connection.execute("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    lengths = postings.words_of(row[TEXTS])[1]
    connection.execute("INSERT INTO rank VALUES (?, ?, ?, ?, ?, ?, ?)", rank_row(row, lengths))
    count_words(connection, lengths, 1)
    connection.execute(SUGGESTED, suggested(row))
    for name in organisations:
        known = (
            "INSERT INTO organisation (name, pages) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET pages = pages + 1"
        )
        number, pages = connection.execute(f"{known} RETURNING id, pages", (name,)).fetchone()
        if pages == 1:
            connection.execute(SUGGESTED, (-number, name, "organisation", ""))


def _remove(connection: sqlite3.Connection, page: int) -> None:
    held = connection.execute("SELECT organisations FROM doc WHERE page = ?", (page,)).fetchone()
    if held is None:
        return
    for name in json.loads(held[0]):
        connection.execute("UPDATE organisation SET pages = pages - 1 WHERE name = ?", (name,))
        gone = "DELETE FROM organisation WHERE name = ? AND pages < 1 RETURNING -id"
        connection.executemany("DELETE FROM prefix WHERE rowid = ?", connection.execute(gone, (name,)).fetchall())
    lengths = "SELECT title_words, tags_words, summary_words, body_words FROM rank WHERE page = ?"
    count_words(connection, connection.execute(lengths, (page,)).fetchone(), -1)
    for table, column in (("prefix", "rowid"), ("rank", "page"), ("doc", "page")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (page,))


def count_words(connection: sqlite3.Connection, lengths: Iterable[int], sign: int) -> None:
    rows = [(sign * length, f"{field} words") for field, length in zip(postings.FIELDS, lengths, strict=True)]
    connection.executemany("UPDATE meta SET value = value + ? WHERE key = ?", rows)
