"""Did you mean: a question with its misspelt words put right, where that finds more."""

import re
import sqlite3
from collections.abc import Iterable

from search.analysis import fold
from search.embedded.postings import LAST, WRITTEN, written
from search.embedded.prefixes import Beginnings
from search.embedded.sets import Reader
from search.spelling import LONG, MORE, RARE, is_within_two, may_be_misspelt, once
from search.synonyms import Expanded

LOOKED_AT = 1500  # words compared for two mistakes


def corrected(reader: Reader, text: str, question: Expanded) -> str | None:
    """The text with each word that hardly any page has replaced by the likest that pages have; None where there is none."""
    changed = text
    for group in question.groups:
        word = " ".join(group.alternatives[0].words)
        if len(group.alternatives) > 1 or group.alternatives[0].prefix:  # a word with synonyms is no mistake
            continue
        if not may_be_misspelt(word):
            continue
        having = len(reader.word(word))
        if having > RARE:
            continue
        better = _likest(reader, fold(word), max(1, having * MORE))
        if better:
            changed = re.sub(rf"\b{re.escape(word)}\b", better, changed, flags=re.IGNORECASE)
    return changed if changed != text else None


def _likest(reader: Reader, word: str, least: int) -> str | None:
    connection, fresh = reader.connection, reader.state.beginnings
    found = _held(connection, fresh, once(word))
    near = [(-pages, other) for other, pages in found.items() if pages >= least and other != word]
    if not near and len(word) >= LONG:
        found = _beginning_alike(connection, fresh, word)
        twice = [(other, pages) for other, pages in found.items() if pages >= least and other != word]
        near = [(-pages, other) for other, pages in twice if is_within_two(word, other)]
    return min(near)[1] if near else None


def _held(connection: sqlite3.Connection, fresh: Beginnings, words: Iterable[str]) -> dict[str, int]:
    """Those of these words that pages have, and how many have them."""
    keys = {written(word) for word in words}
    places = ", ".join("?" * len(keys))
    found: dict[str, int] = dict(
        connection.execute(f"SELECT key, pages FROM posting WHERE key IN ({places})", sorted(keys))
    )
    for key in fresh.pages.keys() & keys:
        found[key] = found.get(key, 0) + fresh.count(key)
    return {key[len(WRITTEN) :]: pages for key, pages in found.items()}


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
