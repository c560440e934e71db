"""Drawings, and the parts of lists that pages repeat so often that Python prints them."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from core import drawings, printing
from core.covers import cover as draw_cover

register = template.Library()
register.simple_tag(drawings.icon)
register.simple_tag(drawings.evidence_scale)
register.simple_tag(drawings.region_map)
register.simple_tag(printing.result)
register.simple_tag(printing.results)
register.simple_tag(printing.chips)
register.simple_tag(printing.kind)
register.simple_tag(printing.card)
register.simple_tag(printing.cards)
register.simple_tag(printing.index_groups)


@register.simple_tag
def cover(page_id: int | None, group: str, stages: Sequence[object], columns: int = 6, rows: int = 2) -> SafeString:
    """The cover of a page, from its number, the group of its service area and its stages."""
    return draw_cover(page_id or 0, group, len(stages or ()), columns, rows)


@register.simple_tag
def ring(stages: str | Sequence[str] = "", size: int | str = 36, classes: str = "") -> SafeString:
    return drawings.ring(stages or "", int(size or 36), classes)


@register.simple_tag
def glyph(stages: str | Sequence[str], size: int = 20) -> SafeString:
    """The ring of one page, empty where it tells of no stage."""
    return drawings.glyph(stages or (), size)
