"""What is asked: built from an address's parameters and turned back into them. Nothing here raises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Protocol, Self
from urllib.parse import urlencode

from search import analysis
from search.facets import DIMENSIONS, Vocabulary

SORTS = {"relevance": "Relevance", "newest": "Newest first", "title": "Title, A to Z"}
PER_PAGE = 10


class Params(Protocol):
    """A QueryDict, or anything else that gives all values of a name."""

    def getlist(self, key: str) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Query:
    """Several values of one dimension mean any of them; several dimensions must all hold. Years are inclusive."""

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    sort: str = "relevance"
    page: int = 1

    @classmethod
    def from_params(cls, params: Params, vocabulary: Vocabulary) -> Self:
        """Read an address. Unknown names and values are ignored; the page is clamped later, when the total is known."""
        facets = {}
        for name in DIMENSIONS:
            values = dict.fromkeys(value for value in params.getlist(name) if value in vocabulary[name])
            if values:
                facets[name] = tuple(sorted(values))
        sort = _last(params, "sort")
        return cls(
            text=analysis.clean(_last(params, "q")),
            facets=facets,
            year_from=_year(_last(params, "year_from")),
            year_to=_year(_last(params, "year_to")),
            sort=sort if sort in SORTS else "relevance",
            page=max(1, _digits(_last(params, "page")) or 1),
        )

    def to_params(self) -> list[tuple[str, str]]:
        """The parameters that make this query again, in one order, without what is the default."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(name, value) for name in DIMENSIONS for value in self.facets.get(name, ())]
        pairs += [("year_from", str(self.year_from))] if self.year_from else []
        pairs += [("year_to", str(self.year_to))] if self.year_to else []
        pairs += [("sort", self.sort)] if self.sort != "relevance" else []
        pairs += [("page", str(self.page))] if self.page != 1 else []
        return pairs

    def to_url(self, path: str, hide: Iterable[str] = (), **extra: str | Sequence[str]) -> str:
        """An address below `path`; `hide` names parameters that the path itself stands for."""
        pairs = tuple((name, value) for name, value in self.to_params() if name not in hide and name != "page")
        page = f"page={self.page}" if self.page != 1 else ""
        encoded = "&".join(filter(None, (_encoded(pairs), page, urlencode(extra, doseq=True))))
        return f"{path}?{encoded}" if encoded else path

    def without(self, name: str, value: str) -> Self:
        """This query less one filter, on its first page."""
        if name in ("year_from", "year_to"):
            left = self.year_from if name == "year_to" else None, self.year_to if name == "year_from" else None
            return replace(self, page=1, year_from=left[0], year_to=left[1])
        if name == "q":
            return replace(self, page=1, text="")
        kept = tuple(chosen for chosen in self.facets.get(name, ()) if chosen != value)
        facets = {key: values for key, values in self.facets.items() if key != name}
        return replace(self, page=1, facets=facets | ({name: kept} if kept else {}))

    def with_fixed(self, fixed: Mapping[str, str]) -> Self:
        """This query with dimensions that the page itself decides, whatever the address says."""
        return replace(self, facets=dict(self.facets) | {name: (value,) for name, value in fixed.items()})

    def filters(self) -> list[tuple[str, str]]:
        """Every chosen filter as a parameter and its value."""
        pairs = [(name, value) for name in DIMENSIONS for value in self.facets.get(name, ())]
        pairs += [("year_from", str(self.year_from))] if self.year_from else []
        pairs += [("year_to", str(self.year_to))] if self.year_to else []
        return pairs


@lru_cache(maxsize=1000)
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    """The part that the dozen addresses on a page have in common."""
    return urlencode(pairs)


def _last(params: Params, name: str) -> str:
    values = params.getlist(name)
    return str(values[-1]) if values else ""


def _digits(text: str) -> int | None:
    """A whole number of at most twelve digits; None where the text is none."""
    text = text.strip()
    return int(text[:12]) if text.isascii() and text.isdigit() else None


def _year(text: str) -> int | None:
    year = _digits(text)
    return year if year is not None and 1000 <= year <= 9999 else None
