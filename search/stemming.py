"""Stems of English words: what is left without the endings of plurals, of verbs, and of a few nouns made from them.

A light stemmer. It leaves endings that make another word (university, universal; author, authority), so that words meet
which mean the same. Those that would meet by accident all the same stand in a list. Both engines use it, and nothing else.
"""

import re
from collections.abc import Iterable

REMEMBERED = 200_000  # words; then all are forgotten
SHORTEST = 4  # letters of a word that may have an ending
# Words that stand for themselves: their ending is none, or what is left would be another word.
_WHOLE = frozenset(
    """
    apartment customer department evening housing morning news nothing officer outing series species united
    """.split()  # noqa: SIM905 (a list of words, to be read)
)
# Of these the stem, too, must be the beginning of the word but for its last letter: so they are found to be marked.
_IRREGULAR = {"children": "child", "childrens": "child", "buses": "bus", "minibuses": "minibus"}
_VOWEL = re.compile("[aeiouy]")
# A "y" after a vowel is a consonant.
_SYLLABLE = re.compile("(?:[aeiou]+|y)(?:[^aeiouy]|(?<=[aeiou])y)+")
_ENDS_SHORT = re.compile("[^aeiouy][aeiouy][^aeiouwxy]$")


class _Stems(dict[str, str]):
    """The stem of each word that was asked for."""

    def __missing__(self, word: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[word] = _stemmed(word)
        return found


STEMS = _Stems()


def stem(word: str) -> str:
    """The stem of a word as `analysis.tokens` gives it."""
    return STEMS[word]


def stems(words: Iterable[str]) -> list[str]:
    return [STEMS[word] for word in words]


def _stemmed(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha()) or word in _WHOLE:
        return word
    word = _singular(word)
    if word in _WHOLE or len(word) < SHORTEST:
        return word
    return _bare(_without_noun_ending(_without_verb_ending(word)))


def _syllables(word: str) -> int:
    """How often a consonant follows a vowel."""
    return len(_SYLLABLE.findall(word))


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "ches", "shes", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def _without_verb_ending(word: str) -> str:
    """Without -ed and -ing, and with the last letter as it was before these came."""
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest == word:
            continue
        if not _VOWEL.search(rest) or len(rest) < 2 or (ending == "ed" and rest.endswith("e")):
            return word
        if rest[-1] == rest[-2] and rest[-1] not in "lsz":
            return rest[:-1]
        if rest.endswith(("at", "bl", "iz")) or (_syllables(rest) == 1 and _ENDS_SHORT.search(rest)):
            return rest + "e"
        return rest
    return word


_NOUNS = (("ization", "is"), ("isation", "is"), ("ation", ""), ("ement", ""), ("ment", ""), ("ness", ""))


def _without_noun_ending(word: str) -> str:
    if word.endswith("bility"):
        return word[:-5] + "l"
    if word.endswith("er") and not word.endswith(("eer", "ier")) and _syllables(word[:-2]) > 1:
        word = word[:-2]
    for ending, instead in _NOUNS:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            if ending == "ness":
                return rest if _VOWEL.search(rest) else word
            return rest + instead if _syllables(rest) > 1 else word
    if word.endswith(("sion", "tion")) and _syllables(word[:-3]) > 1:
        return word[:-3]
    if word.endswith("ize") and _syllables(word[:-3]) > 0:
        return word[:-2] + "se"
    return word


def _bare(word: str) -> str:
    """Without a silent e, -ate, a doubled l, and with y as i, as other forms of the word have it."""
    if word.endswith("ate") and _syllables(word[:-3]) > 1:
        return word[:-3]
    if word.endswith("e"):
        rest = word[:-1]
        if _syllables(rest) > 1 or (_syllables(rest) == 1 and not _ENDS_SHORT.search(rest)):
            word = rest
    if word.endswith("ll") and _syllables(word) > 1:
        word = word[:-1]
    if word.endswith("y") and _VOWEL.search(word[:-1]):
        word = word[:-1] + "i"
    return word
