"""What somebody who types may mean: titles, values of facets, organisations. Words as they are written, not their stems."""

import sqlite3

from search.embedded.snapshot import State
from search.facets import Vocabulary
from search.results import Suggestion
from search.suggesting import facet_values, ordered, typed_words, written


def suggestions(
    connection: sqlite3.Connection, state: State, vocabulary: Vocabulary, text: str, count: int
) -> tuple[Suggestion, ...]:
    """What begins with the whole text comes first, then what has for each typed word one that begins with it; values of
    facets before organisations before pages, short before long. One of each text."""
    words = typed_words(text)
    if not words:
        return ()
    values = [found for found, slug in facet_values(vocabulary, words) if state.value(found[0].kind, slug)]
    return ordered([*values, *written(connection, text)], " ".join(words), count)
