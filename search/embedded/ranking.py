"""The order of an answer. The same for every page of it, and for every process that answers.

Pages with the question as their title come first, then those with all of it, then those with some of it. Among them
counts a sum over the parts of the question and the fields: how rare the part is, how much the field says, how often the
part is there. For the first few hundred of many, and for all of few, each field is also measured by its length (BM25).

The sum over many pages is made without looking at any of them: amounts are whole numbers, kept as bitmaps of their
binary digits, and added by carrying (a bit-sliced index), so that a common word costs some hundred bitmap operations.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from search.embedded.postings import FIRST, LEVELS
from search.embedded.sets import Score
from search.embedded.snapshot import State
from search.scoring import FIELDS, K1, LENGTH, WEIGHTS

TIMES = {1: 1.0, 2: 2.0, 3: 3.5, 5: 7.0}  # how often, in the mean, where it is at least so often
WINDOW = 200  # pages at the top that are measured one by one
FEW = 500  # as many are measured one by one altogether
LARGE = 20_000  # pages in an index of which fewer texts are looked into
LOOKED_INTO, FEWER = 60, 20  # pages at the top whose texts are looked into for words that stand together
FINEST = 63  # the greatest amount that is added


def order(
    connection: sqlite3.Connection,
    state: State,
    scores: Sequence[Score],
    tiers: Iterable[BitMap],
    start: int,
    end: int,
) -> list[int]:
    """The pages from `start` to `end` of these tiers, each tier in its own order after the one before."""
    ids: list[int] = []
    for tier in tiers:
        size = len(tier)
        if start < size and end > 0:
            ids += _tier(connection, state, scores, tier, max(0, start), min(end, size))
        start, end = start - size, end - size
    return ids


def _tier(
    connection: sqlite3.Connection, state: State, scores: Sequence[Score], tier: BitMap, start: int, end: int
) -> list[int]:
    if len(tier) <= FEW:
        return _measured(connection, state, scores, tier)[start:end]
    digits = _sum(scores, tier)
    ids: list[int] = []
    if start < WINDOW:
        first = BitMap(ranked(tier, digits, 0, WINDOW))
        ids = _measured(connection, state, scores, first)[start:end]
    if end > WINDOW:
        ids += ranked(tier, digits, max(start, WINDOW), end)
    return ids


def _saturated(times: float) -> float:
    return times * (K1 + 1) / (times + K1)


def _gains() -> list[float]:
    """What each level adds to the one before, at the mean length."""
    gains = []
    for field, times in LEVELS:
        before = max((less for other, less in LEVELS if other == field and less < times), default=0)
        base = _saturated(TIMES[before]) if before else 0.0
        gains.append(WEIGHTS[field] * (_saturated(TIMES[times]) - base))
    return gains


GAINS = _gains()


def _sum(scores: Sequence[Score], tier: BitMap) -> list[BitMap]:
    """The sum of each page of the tier, as bitmaps of its binary digits, lowest first."""
    gains = [
        (score.rarity[field] * score.weight * GAINS[place], bitmap)
        for score in scores
        if not score.at_the_top
        for place, ((field, _), bitmap) in enumerate(zip(LEVELS, score.levels, strict=True))
        if bitmap
    ]
    unit = max((gain for gain, _ in gains), default=1.0) / FINEST or 1.0
    digits: list[BitMap] = []
    for gain, bitmap in gains:
        amount = round(gain / unit)
        if amount:
            add(digits, bitmap & tier, amount)
    return digits


def add(digits: list[BitMap], pages: BitMap, amount: int) -> None:
    """Add an amount to the sum of each of these pages."""
    place = 0
    while amount:
        if amount & 1:
            carry, at = pages, place
            while carry:
                if at >= len(digits):
                    digits += [BitMap() for _ in range(at - len(digits) + 1)]
                digits[at], carry = digits[at] ^ carry, digits[at] & carry
                at += 1
        amount >>= 1
        place += 1


def ranked(pages: BitMap, digits: Sequence[BitMap], start: int, end: int) -> list[int]:
    """The pages from `start` to `end`, greatest sum first, equal sums by page id: only the sets that are needed are split."""
    ids: list[int] = []
    waiting = [(pages, len(digits))]
    place = 0
    while waiting and place < end:
        found, digit = waiting.pop()
        size = len(found)
        if place + size <= start:
            place += size
        elif digit == 0:
            ids += found[max(0, start - place) : end - place]
            place += size
        else:
            high = found & digits[digit - 1]
            waiting += [(rest, digit - 1) for rest in (found - high, high) if rest]
    return ids


def _measured(connection: sqlite3.Connection, state: State, scores: Sequence[Score], pages: BitMap) -> list[int]:
    """These pages by their scores, each field measured by its length; equal ones by page id."""
    lengths = _lengths(connection, pages)
    sums = dict.fromkeys(pages, 0.0)
    for score in scores:
        if score.is_flat:
            _add_flat(sums, score, pages)
        elif not score.together:
            for field in range(len(FIELDS)):
                _add(sums, _times(score, field, pages), score, field, state, lengths)
    together = [score for score in scores if score.together]
    if together:
        looked_into = FEWER if len(state.pages) > LARGE else LOOKED_INTO
        first = BitMap(sorted(sums, key=lambda page: (-sums[page], page))[:looked_into])
        having = [first & score.among if score.among is not None else first for score in together]
        texts = _texts(connection, BitMap.union(*having))
        for score, asked in zip(together, having, strict=True):
            words = f" {score.together} "
            for page in asked:
                for field, text in enumerate(texts[page]):
                    if words in text:
                        _add(sums, {page: text.count(words)}, score, field, state, lengths)
    # As many digits as tell pages apart: equal ones must not differ by how their sums were made.
    return sorted(sums, key=lambda page: (-round(sums[page], 6), page))


def _add(
    sums: dict[int, float],
    times: Mapping[int, float],
    score: Score,
    field: int,
    state: State,
    lengths: Mapping[int, Sequence[int]],
) -> None:
    """Add what it counts for that these pages have it so often in a field."""
    most = score.rarity[field] * score.weight * WEIGHTS[field] * (K1 + 1)
    least, each = K1 * (1 - LENGTH[field]), K1 * LENGTH[field] / (state.lengths[field] + 1)
    for page, often in times.items():
        sums[page] += most * often / (often + least + each * (lengths[page][field] + 1))


def _add_flat(sums: dict[int, float], score: Score, pages: BitMap) -> None:
    """Add what it counts for that pages have it at all in a field."""
    for field, place in enumerate(FIRST):
        amount = score.rarity[field] * score.weight * WEIGHTS[field]
        for page in score.levels[place] & pages:
            sums[page] += amount


def _times(score: Score, field: int, pages: BitMap) -> dict[int, float]:
    """How often these pages have it in a field, as far as the levels say."""
    times: dict[int, float] = {}
    for place, (held, at_least) in enumerate(LEVELS):
        if held == field:
            times |= dict.fromkeys(score.levels[place] & pages, TIMES[at_least])
    return times


def _lengths(connection: sqlite3.Connection, pages: BitMap) -> dict[int, list[int]]:
    # One row for all: with each row that SQLite hands over Python lets other threads go first.
    columns = "page, title_words, tags_words, summary_words, body_words"
    sql = f"SELECT json_group_array(json_array({columns})) FROM rank WHERE page IN ({','.join(map(str, pages))})"
    return {row[0]: row[1:] for row in json.loads(connection.execute(sql).fetchone()[0])}


def _texts(connection: sqlite3.Connection, pages: BitMap) -> dict[int, list[str]]:
    """The stems of each field of these pages, of which none holds a tab or ends a line."""
    if not pages:
        return {}
    columns = " || char(9) || ".join(("page", *FIELDS))
    sql = f"SELECT group_concat({columns}, char(10)) FROM stems WHERE page IN ({','.join(map(str, pages))})"
    rows = (row.split("\t") for row in connection.execute(sql).fetchone()[0].split("\n"))
    return {int(page): texts for page, *texts in rows}
