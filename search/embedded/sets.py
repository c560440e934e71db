"""Which pages have which part of a question: the sets that matching, counting and ranking work on."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import and_, or_

from pyroaring import BitMap

from search.analysis import Word
from search.embedded import postings, prefixes, text
from search.embedded.postings import FIRST, LEVELS, Levels
from search.embedded.snapshot import Memory, State
from search.matching import union
from search.stemming import stems
from search.synonyms import Alternative, Expanded, Group

NOWHERE: Levels = tuple(BitMap() for _ in LEVELS)
BODY = FIRST[-1]


@dataclass(frozen=True, slots=True)
class Part:
    """A group of the question: the pages that have it by level, for each weight of its alternatives, strongest first."""

    pages: BitMap
    levels: tuple[tuple[float, Levels], ...]


@dataclass(frozen=True, slots=True)
class Sets:
    """What a question finds before any filter: the pages with all of it, and those with some of it."""

    parts: tuple[Part, ...]
    every: BitMap
    some: BitMap


class Reader:
    """Looks words and phrases up in one view of the index."""

    def __init__(self, connection: sqlite3.Connection, state: State, memory: Memory) -> None:
        self.connection = connection
        self.state = state
        self._memory = memory
        self._keys: dict[str, Levels] = {}

    def sets(self, question: Expanded) -> Sets:
        parts = tuple(map(self.part, question.groups))
        held = [self.phrase(phrase) for phrase in question.phrases]
        gone = union(self._excluded(words) for words in question.excluded)
        if not question.positive:
            return Sets((), self.state.pages - gone, self.state.pages - gone)
        # A phrase is ranked like a word.
        parts += tuple(
            Part(pages, ((1.0, self._together(phrase, pages)),))
            for phrase, pages in zip(question.phrases, held, strict=True)
        )
        every = reduce(and_, (part.pages for part in parts)) - gone
        some = union(part.pages for part in parts[: len(question.groups)]) if question.groups else every
        return Sets(parts, every, reduce(and_, held, some) - gone)

    def part(self, group: Group) -> Part:
        by_weight: dict[float, list[Levels]] = {}
        for alternative in group.alternatives:
            by_weight.setdefault(alternative.weight, []).append(self._said(alternative))
        seen = BitMap()
        levels: list[tuple[float, Levels]] = []
        for weight in sorted(by_weight, reverse=True):
            joined = _joined(by_weight[weight])
            if levels:  # a page is what the strongest of its words make it
                joined = tuple(bitmap - seen for bitmap in joined)
            seen = seen | postings.anywhere(joined)
            levels.append((weight, joined))
        return Part(seen, tuple(levels))

    def _said(self, alternative: Alternative) -> Levels:
        if alternative.prefix:
            return self._beginning(alternative.words[0])
        if len(alternative.words) == 1:
            return self._word(alternative.words[0])
        # Synonyms of several words come again and again.
        words = alternative.words
        return self._memory.levels(self.state, words, lambda: self._together(words, self.phrase(words)))

    def _word(self, word: str) -> Levels:
        keys = stems([word])
        if len(keys) == 1:
            return self._levels(keys[0])
        return _met([self._levels(key) for key in keys]) if keys else NOWHERE

    def _beginning(self, start: str) -> Levels:
        # Not by stems: "organisat" begins "organisation", but not its stem.
        return prefixes.read(self.connection, self.state.beginnings, self.state.fresh_pages, start)

    def word(self, word: str) -> BitMap:
        """The pages that have a word, whatever its ending."""
        return postings.anywhere(self._word(word))

    def _levels(self, key: str) -> Levels:
        if key not in self._keys:
            state = self.state
            self._keys[key] = postings.read(self.connection, state.fresh, state.fresh_pages, key)
        return self._keys[key]

    def phrase(self, words: tuple[str, ...]) -> BitMap:
        """The pages on which these words stand together."""
        run = stems(words)
        pairs = [postings.pair(*two) for two in pairwise(run) if self.state.common.issuperset(two)]
        met = [postings.anywhere(self._levels(key)) for key in dict.fromkeys([*pairs, *run])]
        pages = reduce(and_, met) if met else BitMap()
        if len(words) == 1 or not pages or (len(run) == 2 and pairs):
            return pages
        return self._memory.phrase(self.connection, self.state, text.phrase(words), pages)

    def _together(self, words: Sequence[str], pages: BitMap) -> Levels:
        return _met([self._levels(key) for key in dict.fromkeys(stems(words))], pages)

    def _excluded(self, words: tuple[Word, ...]) -> BitMap:
        if len(words) > 1:
            return self._memory.phrase(self.connection, self.state, text.exclusion(words))
        word = words[0]
        return postings.anywhere(self._beginning(word.text) if word.prefix else self._word(word.text))


def _joined(several: Sequence[Levels]) -> Levels:
    if len(several) == 1:
        return several[0]
    return tuple(reduce(or_, bitmaps) for bitmaps in zip(*several, strict=True)) if several else NOWHERE


def _met(several: Sequence[Levels], pages: BitMap | None = None) -> Levels:
    """The pages that have all of these (or those that are given), each level where all of them reach it."""
    if not several:
        return NOWHERE
    if pages is None:
        pages = reduce(and_, map(postings.anywhere, several))
    levels = [reduce(and_, bitmaps, pages) for bitmaps in zip(*several, strict=True)]
    levels[BODY] = levels[BODY] | (pages - postings.anywhere(tuple(levels)))
    return tuple(levels)
