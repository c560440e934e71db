"""Did you mean: a question with its misspelt words put right, where that finds more."""

import re
import sqlite3
from collections.abc import Iterable

from search.analysis import STOP_WORDS, fold
from search.embedded.beginnings import Beginnings
from search.embedded.postings import LAST, WRITTEN, written
from search.embedded.sets import Reader
from search.synonyms import Expanded

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4  # letters of a word that may be misspelt
LONG = 6  # letters of one that may be misspelt twice
LONGEST = 40  # letters of a word that is looked at: one letter (U+FDFA) is eighteen without its ligature
RARE = 2  # pages at most that have a word which may be misspelt
MORE = 10  # how many times as many pages must have the other word
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


def may_be_misspelt(word: str) -> bool:
    return len(word) >= SHORTEST and len(fold(word)) <= LONGEST and word not in STOP_WORDS and word.isalpha()


def _likest(reader: Reader, word: str, least: int) -> str | None:
    connection, fresh = reader.connection, reader.state.beginnings
    found = _held(connection, fresh, once(word))
    near = [(-pages, other) for other, pages in found.items() if pages >= least and other != word]
    if not near and len(word) >= LONG:
        found = _beginning_alike(connection, fresh, word)
        twice = [(other, pages) for other, pages in found.items() if pages >= least and other != word]
        near = [(-pages, other) for other, pages in twice if is_within_two(word, other)]
    return min(near)[1] if near else None


def once(word: str) -> set[str]:
    """Every text that is one mistake away: a letter too many, too few, another, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    texts = {left + right[1:] for left, right in cuts if right}
    texts |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    texts |= {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    texts |= {left + letter + right for left, right in cuts for letter in LETTERS}
    return texts


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


def is_within_two(one: str, other: str) -> bool:
    """Whether two mistakes at most make one word of the other (letters that changed places are one)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, last, row = row, before, [place]
        for at, against in enumerate(other, start=1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != against))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == against:
                cost = min(cost, last[at - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
    return row[-1] <= 2
