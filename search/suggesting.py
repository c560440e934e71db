"""The order of suggestions, and the table of titles and names in which every engine looks for what was typed."""

import sqlite3
from collections.abc import Iterable, Iterator

from search.analysis import fold, tokens
from search.facets import Vocabulary
from search.query import Query
from search.results import Suggestion

# What may be suggested while somebody types: titles, and names of organisations.
SCHEMA = """CREATE VIRTUAL TABLE prefix USING fts5(
    words, text UNINDEXED, kind UNINDEXED, url UNINDEXED, tokenize='ascii', prefix='1 2 3'
);"""
MAX_TEXT, MAX_WORDS = 300, 8
CANDIDATES = 60  # titles and names that are looked at, of those that begin with the text and of the others

# A suggestion, what of it was matched, and its place among others that fit as well.
Candidate = tuple[Suggestion, str, int]


def ordered(candidates: Iterable[Candidate], typed: str, count: int) -> tuple[Suggestion, ...]:
    ranked = sorted(
        (not key.startswith(typed), place, len(found.text), found.text, found.url, found)
        for found, key, place in candidates
    )
    distinct: dict[str, Suggestion] = {}
    for *_, found in ranked:
        distinct.setdefault(fold(found.text), found)
    return tuple(distinct.values())[:count]


def has_each(key: str, words: list[str]) -> bool:
    """Whether each of the words begins one of the key."""
    padded = f" {key}"
    return all(f" {word}" in padded for word in words)


def typed_words(text: str) -> list[str]:
    """The words in which every engine looks for what was typed, the last of them perhaps half of one."""
    return fold(text[:MAX_TEXT]).split()[:MAX_WORDS]


def facet_values(vocabulary: Vocabulary, words: list[str]) -> Iterator[tuple[Candidate, str]]:
    """Values of facets that one of their names leads to, each with its slug, whether or not a page has them."""
    for dimension, values in vocabulary.items():
        for slug, value in values.items():
            keys = [key for key in map(fold, (value.label, *value.synonyms)) if has_each(key, words)]
            if keys:
                best = next((key for key in keys if key.startswith(" ".join(words))), keys[0])
                url = value.url or Query(facets={dimension: (slug,)}).to_url("/search/")
                yield (Suggestion(value.label, url, dimension), best, 0), slug


def written(connection: sqlite3.Connection, text: str) -> Iterator[Candidate]:
    """Titles and names of organisations in a table like `prefix`. Words are quoted, so that no text is taken for FTS5's own language."""
    words = tokens(text[:MAX_TEXT])[:MAX_WORDS]
    beginning = f'^ "{" ".join(words)}" *'
    anywhere = " AND ".join(f'"{word}" *' for word in words)
    sql = "SELECT text, kind, url FROM prefix WHERE prefix MATCH ? LIMIT ?"
    for expression in (beginning, anywhere):
        for name, kind, url in connection.execute(sql, (expression, CANDIDATES)):
            if kind == "organisation":
                quoted = f'"{" ".join(tokens(name))}"'
                yield Suggestion(name, Query(quoted).to_url("/search/"), kind), fold(name), 1
            else:
                yield Suggestion(name, url, kind), fold(name), 2
