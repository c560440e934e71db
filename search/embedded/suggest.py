"""What somebody who types may mean: titles, values of facets, organisations. Words as they are written, not their stems."""

import sqlite3
from collections.abc import Iterator

from search.analysis import fold
from search.embedded.memory import State
from search.facets import Vocabulary
from search.query import Query
from search.results import Suggestion
from search.suggesting import MAX_TEXT, MAX_WORDS, Candidate, has_each, ordered, written


def suggestions(
    connection: sqlite3.Connection, state: State, vocabulary: Vocabulary, text: str, count: int
) -> tuple[Suggestion, ...]:
    """What begins with the whole text comes first, then what has for each typed word one that begins with it; values of
    facets before organisations before pages, short before long. One of each text."""
    words = fold(text[:MAX_TEXT]).split()[:MAX_WORDS]
    if not words:
        return ()
    return ordered([*_values(state, vocabulary, words), *written(connection, text)], " ".join(words), count)


def _values(state: State, vocabulary: Vocabulary, words: list[str]) -> Iterator[Candidate]:
    for dimension, values in vocabulary.items():
        for slug, value in values.items():
            if not state.value(dimension, slug):
                continue
            keys = [key for key in map(fold, (value.label, *value.synonyms)) if has_each(key, words)]
            if keys:
                best = next((key for key in keys if key.startswith(" ".join(words))), keys[0])
                url = value.url or Query(facets={dimension: (slug,)}).to_url("/search/")
                yield Suggestion(value.label, url, dimension), best, 0
