"""Which pages have which part of a question: the sets that matching, counting and ranking work on."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import and_

from pyroaring import BitMap

from search.analysis import Word
from search.compounds import Pair
from search.embedded import postings, prefixes, text
from search.embedded.postings import FIRST, LEVELS, Levels
from search.embedded.snapshot import Memory, State
from search.matching import union
from search.scoring import BEGINNING, NEAR, WRITTEN, rarity
from search.stemming import STEMS, stems
from search.synonyms import Alternative, Expanded, Group

NOWHERE: Levels = tuple(BitMap() for _ in LEVELS)
BODY = FIRST[-1]


@dataclass(frozen=True, slots=True)
class Score:
    """Something that pages have and are ranked by."""

    weight: float
    levels: Levels  # where it is, and how often
    rarity: tuple[float, ...]  # by field
    is_flat: bool = False  # how long the field is does not count
    at_the_top: bool = False  # it only puts the best pages in order: what takes part in every sum costs more
    together: str = ""  # stems that stand together, counted in the texts of the pages at the top
    among: BitMap | None = None  # the pages that may have these


@dataclass(frozen=True, slots=True)
class Sets:
    """What a question finds before any filter: the pages with all of it, and those with some of it."""

    scores: tuple[Score, ...]
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
        parts = [self.pages(group) for group in question.groups]
        held = [union(map(self.phrase, ways)) for ways in question.phrases]
        gone = union(self._excluded(words) for words in question.excluded)
        if not question.positive:
            return Sets((), self.state.pages - gone, self.state.pages - gone)
        every = reduce(and_, [*parts, *held]) - gone
        some = union(parts) if parts else every
        return Sets(tuple(self._scores(question)), every, reduce(and_, held, some) - gone)

    def pages(self, group: Group) -> BitMap:
        """The pages that have a part of a question."""
        return union(postings.anywhere(self._said(alternative)) for alternative in group.alternatives)

    def known_pairs(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Those of these pairs of which both are words of the index."""
        asked = list(pairs)
        known = postings.held(self.connection, self.state.fresh, {STEMS[word] for pair in asked for word in pair})
        return [pair for pair in asked if known.issuperset(STEMS[word] for word in pair)]

    def has(self, pair: Pair) -> bool:
        """Whether these words stand together anywhere."""
        return bool(self.phrase(pair))

    def _scores(self, question: Expanded) -> Iterator[Score]:
        for group in question.groups:
            for alternative in group.alternatives:
                yield self._score(alternative)
            if group.written:
                yield self._score_of_written(group.written)
        for words in (words for ways in question.phrases for words in ways):
            yield self._score(Alternative(words))
        for words in question.near:
            run = stems(words)
            # Of the commonest words the index knows which pages have two side by side.
            pairs = [postings.pair(*two) for two in pairwise(run) if self.state.common.issuperset(two)]
            pages = reduce(and_, (postings.anywhere(self._levels(key)) for key in dict.fromkeys(pairs or run)))
            yield Score(NEAR, NOWHERE, self._rarity(run), together=" ".join(run), among=pages)

    def _score(self, said: Alternative) -> Score:
        levels = self._said(said)
        if said.prefix:
            return Score(said.weight, _body_is_anywhere(levels), (BEGINNING,) * len(FIRST), is_flat=True)
        run = stems(said.words)
        together = " ".join(run) if len(run) > 1 else ""
        return Score(said.weight, levels, self._rarity(run), together=together, among=postings.anywhere(levels))

    def _score_of_written(self, word: str) -> Score:
        levels = _body_is_anywhere(self._levels(postings.written(word)))
        return Score(WRITTEN, levels, self._rarity_of(levels), is_flat=True, at_the_top=True)

    def _rarity_of(self, levels: Levels) -> tuple[float, ...]:
        return tuple(rarity(len(self.state.pages), len(levels[place])) for place in FIRST)

    def _rarity(self, run: Sequence[str]) -> tuple[float, ...]:
        """That of words that stand together is the sum of theirs."""
        fields = zip(*(self._rarity_of(self._levels(stem)) for stem in run), strict=True)
        return tuple(map(sum, fields))

    def _said(self, alternative: Alternative) -> Levels:
        if alternative.prefix:
            return self._beginning(alternative.words[0])
        if len(alternative.words) == 1:
            return self._levels(STEMS[alternative.words[0]])
        # Synonyms of several words come again and again.
        words = alternative.words
        return self._memory.levels(self.state, words, lambda: self._together(words, self.phrase(words)))

    def _beginning(self, start: str) -> Levels:
        # Not by stems: "organisat" begins "organisation", but not its stem.
        return prefixes.read(self.connection, self.state.beginnings, self.state.fresh_pages, start)

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
        if not words[-1].prefix:
            return self.phrase(tuple(word.text for word in words))
        if len(words) > 1:
            return self._memory.phrase(self.connection, self.state, text.exclusion(words))
        return postings.anywhere(self._beginning(words[0].text))


def _body_is_anywhere(levels: Levels) -> Levels:
    """Only whether it is in each field, in any of them as if in the body."""
    found = [levels[place] if place in FIRST else BitMap() for place in range(len(LEVELS))]
    found[BODY] = postings.anywhere(levels)
    return tuple(found)


def _met(several: Sequence[Levels], pages: BitMap) -> Levels:
    """The pages that have all of these, each level where all of them reach it."""
    levels = [reduce(and_, bitmaps, pages) for bitmaps in zip(*several, strict=True)]
    levels[BODY] = levels[BODY] | (pages - postings.anywhere(tuple(levels)))
    return tuple(levels)
