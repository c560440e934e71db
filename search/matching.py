"""The matching rule and the facet counts, on sets of page ids: one reading of search.md for every engine and test."""

from collections.abc import Callable, Iterable, Mapping

from pyroaring import BitMap

from search.facets import DIMENSIONS, YEAR, FacetCount, Vocabulary
from search.query import PER_PAGE, Query

Dimensions = Mapping[str, Mapping[str, BitMap]]


def union(bitmaps: Iterable[BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *bitmaps)


def filters(query: Query, dimensions: Dimensions) -> dict[str, BitMap]:
    """The pages that each dimension with a choice lets through."""
    chosen = {
        name: union(dimensions.get(name, {}).get(value, BitMap()) for value in values)
        for name, values in query.facets.items()
    }
    if query.year_from is not None or query.year_to is not None:
        years = dimensions.get(YEAR, {})
        chosen[YEAR] = union(bitmap for year, bitmap in years.items() if in_years(query, year))
    return chosen


def in_years(query: Query, year: str) -> bool:
    return (query.year_from or 0) <= int(year) <= (query.year_to or 9999)


def narrow(matched: BitMap, chosen: Mapping[str, BitMap], leave_out: str | None = None) -> BitMap:
    """The matched pages that pass every dimension's choice, one dimension left out on request."""
    for name, allowed in chosen.items():
        if name != leave_out:
            matched = matched & allowed
    return matched


def enough(every: BitMap) -> bool:
    """Whether the pages with all the words fill a page of results; else those with some of them follow."""
    return len(every) >= PER_PAGE


def counter(base: BitMap, pages: BitMap) -> Callable[[BitMap], int]:
    """How many of a set are in `base`, where both are among these pages. Of a list of nearly all pages it is faster to
    count those that are not in it."""
    rest = pages - base
    if len(rest) < len(base):
        return lambda held: len(held) - rest.intersection_cardinality(held)
    return base.intersection_cardinality


def counts(
    query: Query, matched: BitMap, pages: BitMap, dimensions: Dimensions, vocabulary: Vocabulary
) -> dict[str, tuple[FacetCount, ...]]:
    """How many of all these pages each value would find, a dimension's own choice left aside. Values that find none are
    left out unless they are chosen."""
    chosen = filters(query, dimensions)
    everything = counter(narrow(matched, chosen), pages)
    found = {}
    for name in DIMENSIONS:
        count_of = counter(narrow(matched, chosen, leave_out=name), pages) if name in chosen else everything
        picked = query.facets.get(name, ())
        held = dimensions.get(name, {})
        rows = []
        for slug, value in vocabulary[name].items():
            having = held.get(slug)
            count = count_of(having) if having is not None else 0
            if count or slug in picked:
                rows.append(FacetCount(slug, value.label, count, slug in picked, 1 if value.parent else 0))
        found[name] = tuple(rows)
    count_of = counter(narrow(matched, chosen, leave_out=YEAR), pages) if YEAR in chosen else everything
    limited = YEAR in chosen
    years = [
        FacetCount(year, year, count_of(bitmap), limited and in_years(query, year))
        for year, bitmap in sorted(dimensions.get(YEAR, {}).items(), reverse=True)
    ]
    found[YEAR] = tuple(row for row in years if row.count or row.selected)
    return found
