"""Which words may be misspelt, and what is one mistake or two away from a word: the rule of every engine.

A word that the index has in any form is right, whatever is more common; so is what stands in quotation marks.
"""

import re
import unicodedata
from collections.abc import Mapping

from search.analysis import STOP_WORDS
from search.normalisation import aligned
from search.synonyms import Expanded, Group

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4  # letters of a word that may be misspelt
LONG = 6  # letters of one that may be misspelt twice
LONGEST = 40  # letters of a word that is looked at
# What is left as it is, or one word.
_PIECE = re.compile(r"\"[^\"]*\"|(?<![^\W_])'[^']*'(?![^\W_])|(?<!\S)-\S+|[^\W_]+")


def doubtful(question: Expanded) -> list[Group]:
    """The parts of a question that may be a misspelt word, if no page has them. One that has synonyms is no mistake."""
    return [group for group in question.groups if may_be_misspelt(group.written)]


def may_be_misspelt(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word not in STOP_WORDS and word.isalpha()


def may_be_meant(word: str, typed: str) -> bool:
    """Whether one word of the index may stand in the place of what was typed."""
    return word != typed and word not in STOP_WORDS


def put_right(text: str, better: Mapping[str, str]) -> str | None:
    """The text with these words in the place of those, but for what is quoted or excluded; None where that changes
    nothing."""
    text = unicodedata.normalize("NFC", text)
    plain, origin = aligned(text)
    parts, done = [], 0
    for match in _PIECE.finditer(plain):
        if match[0] in better:
            start, end = match.span()
            first, last = (start, end - 1) if origin is None else (origin[start], origin[end - 1])
            parts += [text[done:first], better[match[0]]]
            done = last + 1
    return "".join([*parts, text[done:]]) if parts else None


def once(word: str) -> set[str]:
    """Every text that is one mistake away: a letter too many, too few, another, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    texts = {left + right[1:] for left, right in cuts if right}
    texts |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    texts |= {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    texts |= {left + letter + right for left, right in cuts for letter in LETTERS}
    return texts


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
