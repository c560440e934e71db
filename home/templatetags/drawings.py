from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from home.covers import cover as draw_cover
from home.regions import tiles

register = template.Library()


@register.simple_tag
def cover(page_id: int | None, group: str, stages: Sequence[object], columns: int = 6, rows: int = 2) -> SafeString:
    """The cover of a page, from its number, the group of its service area and its stages."""
    return draw_cover(page_id or 0, group, len(stages or ()), columns, rows)


@register.inclusion_tag("components/region_map.html")
def region_map(slugs: Sequence[str]) -> dict[str, Any]:
    """The map with these regions filled; decoration beside their names."""
    return {"tiles": tiles(slugs)}
