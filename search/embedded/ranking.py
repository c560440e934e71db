"""The order of an answer. The same for every page of it, and for every process that answers.

Pages with the question as their title come first, then those with all of it, then those with some of it. Among them
counts a sum over the parts of the question and the fields: how rare the part is, how much the field says, how often the
part is there. For the first few hundred of many, and for all of few, each field is also measured by its length (BM25).

The sum over many pages is made without looking at any of them: amounts are whole numbers, kept as bitmaps of their
binary digits, and added by carrying (a bit-sliced index), so that a common word costs some hundred bitmap operations.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from math import log

from pyroaring import BitMap

from search.embedded.postings import LEVELS
from search.embedded.sets import Part
from search.embedded.snapshot import State

WEIGHTS = (6.0, 3.0, 2.0, 1.0)  # title, tags, summary, body
LENGTH = (0.4, 0.3, 0.5, 0.6)  # how much the length of each field counts
K1 = 1.2
TIMES = {1: 1.0, 2: 2.0, 3: 3.5, 5: 7.0}  # how often, in the mean, where it is at least so often
WINDOW = 200  # pages at the top that are measured one by one
FEW = 500  # as many are measured one by one altogether
FINEST = 63  # the greatest amount that is added


def order(
    connection: sqlite3.Connection,
    state: State,
    parts: Sequence[Part],
    tiers: Iterable[BitMap],
    start: int,
    end: int,
) -> list[int]:
    """The pages from `start` to `end` of these tiers, each tier in its own order after the one before."""
    ids: list[int] = []
    for tier in tiers:
        size = len(tier)
        if start < size and end > 0:
            ids += _tier(connection, state, parts, tier, max(0, start), min(end, size))
        start, end = start - size, end - size
    return ids


def _tier(
    connection: sqlite3.Connection, state: State, parts: Sequence[Part], tier: BitMap, start: int, end: int
) -> list[int]:
    if len(tier) <= FEW:
        return _measured(connection, state, parts, tier)[start:end]
    digits = _sum(state, parts, tier)
    ids: list[int] = []
    if start < WINDOW:
        first = BitMap(ranked(tier, digits, 0, WINDOW))
        ids = _measured(connection, state, parts, first)[start:end]
    if end > WINDOW:
        ids += ranked(tier, digits, max(start, WINDOW), end)
    return ids


def rarity(state: State, part: Part) -> float:
    """Robertson's and Spärck Jones's inverse document frequency, never below zero."""
    total, having = max(len(state.pages), len(part.pages)), len(part.pages)
    return log(1 + (total - having + 0.5) / (having + 0.5))


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


def _sum(state: State, parts: Sequence[Part], tier: BitMap) -> list[BitMap]:
    """The sum of each page of the tier, as bitmaps of its binary digits, lowest first."""
    gains = [
        (rarity(state, part) * weight * GAINS[place], bitmap)
        for part in parts
        for weight, levels in part.levels
        for place, bitmap in enumerate(levels)
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


def _measured(connection: sqlite3.Connection, state: State, parts: Sequence[Part], pages: BitMap) -> list[int]:
    """These pages by their scores, each field measured by its length; equal ones by page id."""
    # One row for all: with each row that SQLite hands over Python lets other threads go first.
    columns = "page, title_words, tags_words, summary_words, body_words"
    sql = f"SELECT json_group_array(json_array({columns})) FROM rank WHERE page IN ({','.join(map(str, pages))})"
    words = {row[0]: row[1:] for row in json.loads(connection.execute(sql).fetchone()[0])}
    fields = [
        (value * (K1 + 1), K1 * (1 - share), K1 * share / mean)
        for value, share, mean in zip(WEIGHTS, LENGTH, state.lengths, strict=True)
    ]
    scores = dict.fromkeys(pages, 0.0)
    for part in parts:
        rare = rarity(state, part)
        for weight, levels in part.levels:
            for field, (value, least, each) in enumerate(fields):
                times: dict[int, float] = {}
                for place, (held, at_least) in enumerate(LEVELS):
                    if held == field:
                        times |= dict.fromkeys(levels[place] & pages, TIMES[at_least])
                most = rare * weight * value
                for page, often in times.items():
                    scores[page] += most * often / (often + least + each * words[page][field])
    return sorted(scores, key=lambda page: (-scores[page], page))
