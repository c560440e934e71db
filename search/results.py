"""What is answered. Everything ending in `_html` is safe to print: its only tag is <mark>."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from search.facets import FacetCount


@dataclass(frozen=True, slots=True)
class Hit:
    page_id: int
    kind: str
    title: str
    url: str
    summary: str
    date: datetime.date | None
    facets: Mapping[str, list[str]]
    organisations: list[str]
    title_html: str
    snippet_html: str
    exact: bool  # it has all the words of the question


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody who types may mean. `kind` is a page's kind, a facet dimension or "organisation"; `url` leads to the
    page, or to a search for the value or the name."""

    text: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class Relax:
    """What dropping one filter would find."""

    param: str
    value: str
    total: int


@dataclass(frozen=True, slots=True)
class Results:
    hits: tuple[Hit, ...] = ()
    total: int = 0
    exact: int = 0
    page: int = 1
    pages: int = 1
    took_ms: float = 0.0
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    relax: tuple[Relax, ...] = ()
    suggestion: str | None = None
    engine: str = ""
