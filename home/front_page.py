"""What the front page shows of the index: service areas with counts, stages, the examples that editors chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from wagtail.models import get_page_models

from caching.rows import rows
from caching.version import cached_per_version
from core.drawings import ARCS
from core.models import SiteImage
from search.answers import Answer, answer_or_none
from search.engine import engine
from search.facets import FacetCount
from search.presentation import Row, row
from search.results import Hit

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A card: the result with its photograph, where an editor gave one."""

    row: Row
    picture: SiteImage | None


def front_page(chosen: Sequence[int | None], questions: Sequence[str]) -> dict[str, Any]:
    """The context of the front page: the chosen pages first (None at the start: no lead was chosen), then the newest.
    Nothing to show where there is no index yet."""
    asked = [question.strip() for question in questions if question.strip()]
    wanted = list(dict.fromkeys(page for page in chosen if page))
    found = answer_or_none({"kind": ["case-study"], "sort": ["newest"]}, per_page=EXAMPLES + len(wanted))
    if found is None:
        return {"groups": [], "stages": [], "examples": [], "total": 0, "questions": asked}
    hits = engine().hits(wanted) if wanted else ()
    newest = [hit for hit in found.results.hits if hit.page_id not in {hit.page_id for hit in hits}]
    has_lead = bool(hits) and bool(chosen) and hits[0].page_id == chosen[0]
    shown = [*hits, *newest] if has_lead else [*newest[:1], *hits, *newest[1:]]
    pictures = pictures_of([hit.page_id for hit in shown[:EXAMPLES]])
    return {
        "groups": groups(found.results.facets["area"]),
        "stages": stages(found),
        "examples": [Example(row(hit, found), pictures.get(hit.page_id)) for hit in shown[:EXAMPLES]],
        "total": found.results.total,
        "questions": asked,
        "bulletin": cached_per_version("current bulletin", current_bulletin),
    }


def current_bulletin() -> Hit | None:
    """The newest issue that readers can see."""
    found = answer_or_none({"kind": ["bulletin"], "sort": ["newest"]}, per_page=1)
    return found.results.hits[0] if found and found.results.hits else None


def groups(values: Sequence[FacetCount]) -> list[tuple[FacetCount, list[FacetCount]]]:
    """Each group with the areas in it; values arrive in that order."""
    found: list[tuple[FacetCount, list[FacetCount]]] = []
    for value in values:
        if value.level == 0:
            found.append((value, []))
        elif found:
            found[-1][1].append(value)
    return found


def stages(found: Answer) -> list[tuple[str, str, str]]:
    """Slug, label and scope note of the four arcs of the ring, in the order of the cycle."""
    known = found.vocabulary["stage"]
    return [(slug, known[slug].label, known[slug].scope_note) for slug in ARCS if slug in known]


def pictures_of(page_ids: Sequence[int]) -> dict[int, SiteImage]:
    """The photographs of these pages, with at most three queries. The first stands here as SQL: it is asked each time
    and mostly finds nothing, and Django would build it anew for each page type."""
    if not page_ids:
        return {}
    places = ", ".join(["%s"] * len(page_ids))
    tables = _tables_with_pictures()
    asked = (
        f"SELECT page_ptr_id, picture_id FROM {table} WHERE page_ptr_id IN ({places}) AND picture_id IS NOT NULL"
        for table in tables
    )
    chosen = dict(rows(" UNION ALL ".join(asked), [*page_ids] * len(tables)))
    pictures = SiteImage.objects.prefetch_related("renditions").in_bulk(chosen.values()) if chosen else {}
    return {page: pictures[picture] for page, picture in chosen.items() if picture in pictures}


@cache
def _tables_with_pictures() -> list[str]:
    return [model._meta.db_table for model in get_page_models() if hasattr(model, "picture")]
