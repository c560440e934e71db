"""The facet dimensions, declared once, and the values that each may take.

Search knows no other app: whoever holds the vocabulary hands it over with `provide()` when it starts.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from caching.version import cached_per_version
from search.sources import kinds


@dataclass(frozen=True, slots=True)
class Value:
    slug: str
    label: str
    parent: str | None = None
    scope_note: str = ""
    url: str = ""  # where its pages are gathered; empty where a search for it does that
    synonyms: tuple[str, ...] = ()


class FacetCount(NamedTuple):
    """One value of a dimension in an answer. `level` is 1 for a value below a group, else 0. A tuple, because an answer
    has a hundred of them and a frozen dataclass takes four times as long to make."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # nobody asks how often a tuple has something
    selected: bool
    level: int = 0


# Parameter name -> heading, in the order of the page.
DIMENSIONS = {
    "kind": "Kind",
    "area": "Service area",
    "theme": "Theme",
    "stage": "Stage of commissioning",
    "beneficiary": "Who it is for",
    "region": "Region",
    "organisation": "Organisation type",
    "evidence": "Evidence level",
    "result": "Result",
    "contract": "Type of contract",
    "cost": "Cost",
    "people": "People reached",
    "place": "Place",
    "organisation_name": "Organisation",
    "tag": "Tag",
}
YEAR = "year"

Vocabulary = Mapping[str, Mapping[str, Value]]
NO_VALUES: Vocabulary = {name: {} for name in DIMENSIONS}  # for whoever does not read the counts
# Unknown slugs by dimension -> what has become of those that were known once, by dimension.
Aliases = Callable[[Mapping[str, Collection[str]]], Mapping[str, Mapping[str, str]]]
_sources: list[Callable[[], Mapping[str, list[Value]]]] = []
_aliases: list[Aliases] = []


def provide(source: Callable[[], Mapping[str, list[Value]]]) -> None:
    """Register a function that gives values by dimension, in the order in which they are to be shown."""
    if source not in _sources:
        _sources.append(source)


def provide_aliases(source: Aliases) -> None:
    """Register a function that knows the slugs of today for slugs that the vocabulary has no longer."""
    if source not in _aliases:
        _aliases.append(source)


def vocabulary() -> Vocabulary:
    """Every known value by dimension and slug."""
    return cached_per_version("vocabulary", _vocabulary)


def _vocabulary() -> Vocabulary:
    known: dict[str, dict[str, Value]] = {name: {} for name in DIMENSIONS}
    known["kind"] = {slug: Value(slug, kind.label) for slug, kind in kinds().items()}
    for source in _sources:
        for dimension, values in source().items():
            if dimension in known:
                known[dimension].update({value.slug: value for value in values})
    return known


def aliases(chosen: Mapping[str, Collection[str]], known: Vocabulary) -> dict[str, dict[str, str]]:
    """The slugs of today for those of the chosen that are old ones. Asks nobody where all of them are known."""
    unknown = {name: [slug for slug in slugs if slug not in known[name]] for name, slugs in chosen.items()}
    unknown = {name: slugs for name, slugs in unknown.items() if slugs}
    found: dict[str, dict[str, str]] = {}
    for source in _aliases if unknown else ():
        for dimension, slugs in source(unknown).items():
            found.setdefault(dimension, {}).update(slugs)
    return {dimension: slugs for dimension, slugs in found.items() if slugs}
