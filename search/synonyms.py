"""A question in other words: each word or run of words with everything that means the same.

Whoever knows synonyms hands them over with `provide()` when it starts; search knows no other app. The question is
expanded when it is asked, for every engine by this one function, so that a new synonym works at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from caching.version import cached_per_version
from search.analysis import STOP_WORDS, Question, Word, tokens, without_possessives
from search.stemming import stems

MOST = 40  # alternatives of one word


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words and runs of words that mean the same. A weight below 1 says that they are only related: they find each
    other's pages, but further down."""

    texts: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say a part of a question: a word, the beginning of one, or words that stand together."""

    words: tuple[str, ...]
    weight: float = 1.0
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a question, which a page has if it has any of the alternatives."""

    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Expanded:
    """A question as engines answer it. Groups are required together or one by one; phrases and exclusions always hold
    and are never expanded."""

    groups: tuple[Group, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[Word, ...], ...] = ()

    @property
    def positive(self) -> bool:
        return bool(self.groups or self.phrases)


# The stems of a word or a run of words -> everything that means the same, itself included.
Thesaurus = Mapping[tuple[str, ...], tuple[Alternative, ...]]
NONE: Thesaurus = {}
sources: dict[str, Callable[[], Iterable[Synonyms]]] = {}


def provide(name: str, source: Callable[[], Iterable[Synonyms]]) -> None:
    """Register a function that gives synonyms; one under each name."""
    sources[name] = source


def thesaurus() -> Thesaurus:
    """All synonyms of today."""
    return cached_per_version("thesaurus", lambda: gathered(given for source in sources.values() for given in source()))


def gathered(given: Iterable[Synonyms]) -> Thesaurus:
    """Each text with those that stand beside it in any group. Sharing one word does not make two groups one: "day care"
    may be for old people or for children."""
    found: dict[tuple[str, ...], dict[tuple[str, ...], Alternative]] = {}
    for group in given:
        # One spelling of each: "carer" finds "carers" anyway.
        distinct = {tuple(stems(tokens(without_possessives(text)))): tuple(tokens(text)) for text in group.texts}
        distinct = {key: words for key, words in distinct.items() if key and not _says_nothing(words)}
        for key, words in distinct.items() if len(distinct) > 1 else ():
            others = found.setdefault(key, {key: Alternative(words)})
            for other, text in distinct.items():
                held = others.get(other)
                if held is None or held.weight < group.weight:
                    others[other] = Alternative(text, group.weight)
    return {key: _strongest(others) for key, others in found.items()}


def _says_nothing(words: tuple[str, ...]) -> bool:
    return all(word in STOP_WORDS for word in words)


def _strongest(others: Mapping[tuple[str, ...], Alternative]) -> tuple[Alternative, ...]:
    """In an order that does not hang on which of them was asked for, so that all of them find the same."""
    return tuple(sorted(others.values(), key=lambda found: (-found.weight, found.words))[:MOST])


def expand(question: Question, known: Thesaurus = NONE) -> Expanded:
    """The question with its synonyms. Runs of words go first, the longest at each place; such a run is one part of the
    question from then on, so that "third sector" and "VCSE" find the same pages."""
    longest = max(map(len, known), default=0)
    telling = set(question.words)
    groups: dict[Group, None] = {}
    for run in question.runs:
        place = 0
        while place < len(run):
            taken, group = _longest(run[place : place + longest + 2], known, longest)
            if group is None:
                word, taken = run[place], 1
                group = Group((Alternative((word.text,), prefix=word.prefix),)) if word in telling else None
            if group:
                groups[group] = None
            place += taken
    return Expanded(tuple(groups), question.phrases, question.excluded)


def _longest(run: tuple[Word, ...], known: Thesaurus, longest: int) -> tuple[int, Group | None]:
    """How many of the next words are known together, and what they mean."""
    plain: list[str] = []
    for word in run:
        if word.prefix:
            break
        plain.append(word.text)
    for taken in range(len(plain), 0, -1):
        key = tuple(stems(plain[:taken]))
        if len(key) <= longest and key in known:
            return taken, Group(known[key])
    return 1, None
