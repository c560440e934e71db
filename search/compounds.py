"""Compounds: "codesign", "co-design" and "co design" are one word in three ways of writing.

No list of words: a question's neighbouring words are also looked for written together, and a word also as two that stand
together, where the index has such a pair.
"""

from collections.abc import Collection, Iterator, Sequence

from search.analysis import STOP_WORDS, Question

LONGEST = 30  # letters of a compound
SHORTEST = 4
ENDINGS = frozenset(["in", "on", "by", "to", "about"])  # stop words that end one: drop-in, add-on, stand-by
MOST = 12  # ways of writing one phrase
CUTS = 400  # that are looked at in one question, from its beginning
Pair = tuple[str, str]
Pairs = Collection[Pair]


def together(first: str, second: str) -> str:
    """Two neighbouring words written as one; empty where that would hardly be a word. "in form" is not "inform"."""
    word = first + second
    return word if SHORTEST <= len(word) <= LONGEST and word.isalpha() and _may_be_one(first, second) else ""


def apart(word: str) -> list[Pair]:
    """A word as any two words."""
    if not (SHORTEST < len(word) <= LONGEST and word.isascii() and word.isalpha()):
        return []
    cuts = [(word[:place], word[place:]) for place in range(1, len(word) - 1)]
    return [cut for cut in cuts if _may_be_one(*cut)]


def _may_be_one(first: str, second: str) -> bool:
    return first not in STOP_WORDS and (second not in STOP_WORDS or second in ENDINGS)


def candidates(question: Question) -> dict[str, list[Pair]]:
    """The words of a question that may be two, each with all ways to cut it in two."""
    words = [word.text for word in question.words if word.telling and not word.prefix]
    words += [word for phrase in question.phrases for word in phrase if word not in STOP_WORDS]
    words += [word.text for words in question.excluded for word in words if word.telling and not word.prefix]
    found: dict[str, list[Pair]] = {}
    left = CUTS
    for word in dict.fromkeys(words):
        cuts = apart(word)
        if cuts and len(cuts) <= left:
            found[word] = cuts
            left -= len(cuts)
    return found


def ways(words: tuple[str, ...], pairs: Pairs = ()) -> tuple[tuple[str, ...], ...]:
    """A run of words in every way of writing it that differs in one place, as it is written first. `pairs` are those that
    the index has."""
    found = dict.fromkeys([words, *_ways(words, pairs)])
    return tuple(found)[:MOST]


def _ways(words: tuple[str, ...], pairs: Pairs) -> Iterator[tuple[str, ...]]:
    for place, word in enumerate(words):
        if place + 1 < len(words) and (joined := together(word, words[place + 1])):
            yield (*words[:place], joined, *words[place + 2 :])
        for pair in apart(word):
            if pair in pairs:
                yield (*words[:place], *pair, *words[place + 1 :])


def joined_with_neighbours(run: Sequence[str], place: int) -> list[str]:
    """A word of a run written together with the one after it, and with the one before it."""
    found = [together(run[place], run[place + 1])] if place + 1 < len(run) else []
    found += [together(run[place - 1], run[place])] if place else []
    return [word for word in found if word]
