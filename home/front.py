"""What the front page shows of the index: service areas with counts, the newest examples."""

from typing import Any

from search.answers import answer_or_none
from search.facets import FacetCount
from search.presentation import row

LATEST = 5


def front_page() -> dict[str, Any]:
    """The context of the front page; nothing to show where there is no index yet."""
    found = answer_or_none({"kind": ["case-study"], "sort": ["newest"]}, per_page=LATEST)
    if found is None:
        return {"groups": [], "rows": [], "total": 0}
    return {
        "groups": _groups(found.results.facets["area"]),
        "rows": [row(hit, found) for hit in found.results.hits],
        "total": found.results.total,
    }


def _groups(values: tuple[FacetCount, ...]) -> list[tuple[FacetCount, list[FacetCount]]]:
    """Each group with the areas in it; values arrive in that order."""
    groups: list[tuple[FacetCount, list[FacetCount]]] = []
    for value in values:
        if value.level == 0:
            groups.append((value, []))
        elif groups:
            groups[-1][1].append(value)
    return groups
