"""Mixed questions from a seed, as both engines can be asked them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.content import VOCABULARY

COMMON, RARE = VOCABULARY[:60], VOCABULARY[600:]
# The dimensions that made content has values in.
FILTERED = ("area", "theme", "stage", "beneficiary", "region", "evidence", "contract")
Values = Mapping[str, Sequence[str]]  # slugs by dimension


@dataclass(frozen=True)
class Question:
    kind: str
    words: tuple[str, ...] = ()
    phrase: str = ""
    excluded: str = ""
    prefix: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    year_from: int | None = None
    sort: str = "relevance"
    page: int = 1

    def params(self) -> dict[str, list[str]]:
        """The parameters of an address that asks it."""
        parts = [*self.words]
        parts += [f'"{self.phrase}"'] if self.phrase else []
        parts += [f"{self.prefix}*"] if self.prefix else []
        parts += [f"-{self.excluded}"] if self.excluded else []
        found = {"q": [" ".join(parts)]} if parts else {}
        found |= {name: [value] for name, value in self.filters.items()}
        found |= {"year_from": [str(self.year_from)]} if self.year_from else {}
        found |= {"sort": [self.sort]} if self.sort != "relevance" else {}
        return found | ({"page": [str(self.page)]} if self.page > 1 else {})


def questions(count: int, seed: int, values: Values) -> list[Question]:
    """As many of each kind, in a mixed order; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (reproducible on purpose)
    kinds = list(KINDS)
    made = [KINDS[kinds[number % len(kinds)]](chance, values) for number in range(count)]
    named = [replace(question, kind=kinds[number % len(kinds)]) for number, question in enumerate(made)]
    chance.shuffle(named)
    return named


def _mixed(chance: random.Random, count: int) -> tuple[str, ...]:
    return tuple(chance.choice(COMMON if chance.random() < 0.7 else RARE) for _ in range(count))


def _filters(chance: random.Random, values: Values, count: int) -> dict[str, str]:
    return {name: chance.choice(values[name]) for name in chance.sample(FILTERED, count)}


KINDS: dict[str, Callable[[random.Random, Values], Question]] = {
    "common word": lambda chance, _: Question("", (chance.choice(COMMON),)),
    "rare word": lambda chance, _: Question("", (chance.choice(RARE),)),
    "two words": lambda chance, _: Question("", _mixed(chance, 2)),
    "three words": lambda chance, _: Question("", _mixed(chance, 3)),
    "word, two filters": lambda chance, values: Question("", _mixed(chance, 1), filters=_filters(chance, values, 2)),
    "words, filters, year": lambda chance, values: Question(
        "", _mixed(chance, 2), filters=_filters(chance, values, 1), year_from=chance.randint(2000, 2020)
    ),
    "newest first": lambda chance, _: Question("", _mixed(chance, 1), sort="newest"),
    "by title": lambda chance, _: Question("", _mixed(chance, 1), sort="title"),
    "phrase": lambda chance, _: Question("", phrase=" ".join(chance.sample(COMMON, 2))),
    "exclusion": lambda chance, _: Question("", _mixed(chance, 1), excluded=chance.choice(COMMON)),
    "prefix": lambda chance, _: Question("", prefix=chance.choice(VOCABULARY[:600])[:3]),
    "deep page": lambda chance, _: Question("", (chance.choice(COMMON),), page=chance.randint(5, 40)),
    "only filters": lambda chance, values: Question("", filters=_filters(chance, values, 2)),
}
