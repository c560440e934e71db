"""The facet dimensions, declared once, and the values that each may take.

Search knows no other app: whoever holds the vocabulary hands it over with `provide()` when it starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caching.version import remember
from search.entries import KINDS


@dataclass(frozen=True, slots=True)
class Value:
    slug: str
    label: str
    parent: str | None = None
    scope_note: str = ""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a dimension in an answer. `level` is 1 for a value below a group, else 0."""

    value: str
    label: str
    count: int
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
    "contract": "Contract form",
    "tag": "Tag",
}
YEAR = "year"

Vocabulary = Mapping[str, Mapping[str, Value]]
_sources: list[Callable[[], Mapping[str, list[Value]]]] = []


def provide(source: Callable[[], Mapping[str, list[Value]]]) -> None:
    """Register a function that gives values by dimension, in the order in which they are to be shown."""
    if source not in _sources:
        _sources.append(source)


def vocabulary() -> Vocabulary:
    """Every known value by dimension and slug."""
    return remember("vocabulary", _vocabulary)


def _vocabulary() -> Vocabulary:
    known: dict[str, dict[str, Value]] = {name: {} for name in DIMENSIONS}
    known["kind"] = {slug: Value(slug, label) for slug, label in KINDS.items()}
    for source in _sources:
        for dimension, values in source().items():
            if dimension in known:
                known[dimension].update({value.slug: value for value in values})
    return known
