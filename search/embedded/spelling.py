"""Did you mean: a question with its misspelt words put right, where that finds more."""

import sqlite3

from search.embedded import prefixes
from search.embedded.postings import LAST, WRITTEN, written
from search.embedded.prefixes import Beginnings
from search.embedded.sets import Reader
from search.spelling import LONG, doubtful, is_within_two, may_be_meant, once, put_right
from search.synonyms import Expanded

LOOKED_AT = 1500  # words compared for two mistakes


def corrected(reader: Reader, text: str, question: Expanded) -> str | None:
    """The text with each word that no page has replaced by the likest that pages have; None where there is none."""
    unknown = (group.written for group in doubtful(question) if not reader.pages(group))
    found = {word: better for word in unknown if (better := _likest(reader, word))}
    return put_right(text, found)


def _likest(reader: Reader, word: str) -> str | None:
    connection, fresh = reader.connection, reader.state.beginnings
    found = prefixes.held(connection, fresh, map(written, once(word)))
    near = [(-pages, key[len(WRITTEN) :]) for key, pages in found.items()]
    near = [row for row in near if may_be_meant(row[1], word)]
    if not near and len(word) >= LONG:
        alike = _beginning_alike(connection, fresh, word).items()
        near = [(-pages, other) for other, pages in alike if may_be_meant(other, word) and is_within_two(word, other)]
    return min(near)[1] if near else None


def _beginning_alike(connection: sqlite3.Connection, fresh: Beginnings, word: str) -> dict[str, int]:
    """Words of much the same length with the same two first letters: of many those that most pages have."""
    start, shortest, longest = written(word[:2]), len(word) - 2, len(word) + 2
    sql = (
        "SELECT key, pages FROM posting WHERE key >= ? AND key < ? AND length(key) BETWEEN ? AND ?"
        " ORDER BY pages DESC, key LIMIT ?"
    )
    own = len(WRITTEN)
    found: dict[str, int] = dict(
        connection.execute(sql, (start, start + LAST, shortest + own, longest + own, LOOKED_AT))
    )
    for key in fresh.from_(start):
        if shortest <= len(key) - own <= longest:
            found[key] = found.get(key, 0) + fresh.count(key)
    return {key[own:]: pages for key, pages in found.items()}
