"""The small drawings that pages repeat: printed once for each shape that is asked for, then taken from memory.

As templates they took most of a list's time. All that goes into them is numbers, names of ours and known slugs."""

from collections.abc import Collection, Iterable
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.regions import tiles

# The commissioning cycle: analyse at the top, then clockwise.
ARCS = {
    "analyse": "M8.9 11.3A19.8 19.8 0 0 1 39.1 11.3L31.8 17.4A10.2 10.2 0 0 0 16.2 17.4Z",
    "plan": "M41.3 14.1A19.8 19.8 0 0 1 41.3 33.9L33 29A10.2 10.2 0 0 0 33 19Z",
    "do": "M39.1 36.7A19.8 19.8 0 0 1 8.9 36.7L16.2 30.6A10.2 10.2 0 0 0 31.8 30.6Z",
    "review": "M6.7 33.9A19.8 19.8 0 0 1 6.7 14.1L15 19A10.2 10.2 0 0 0 15 29Z",
}
# Stroke icons on a 24 px grid, one set of our own. A word always stands beside them.
ICONS = {
    "search": "M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM15.5 15.5L20.5 20.5",
    "arrow": "M4 12h16M14 6l6 6l-6 6",
    "cross": "M6 6l12 12M18 6L6 18",
    "filter": "M4 7h16M7 12h10M10 17h4",
    "feed": "M5 19h.01M5 12a7 7 0 0 1 7 7M5 5a14 14 0 0 1 14 14",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4M9 13h6M9 17h6",
    "mail": "M3.5 6h17v12h-17zM3.5 6.5l8.5 7l8.5-7",
    "clock": "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16zM12 8v4.5l3 2",
    "person": "M12 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7zM5 20a7 7 0 0 1 14 0",
}
LEVELS = "012345"
FILLED = SafeString(' class="filled"')


def ring(stages: str | Collection[str] = "", size: int = 36, classes: str = "") -> SafeString:
    """The four arcs, those of the given stages filled; all of them where none is given: that is the logo."""
    told = stages.split() if isinstance(stages, str) else stages
    return _ring(tuple(not told or name in told for name in ARCS), size, classes)


def glyph(stages: Collection[str], size: int) -> SafeString:
    """The ring of one page: the stages that it tells of. Stages are spoken as words beside it."""
    return _ring(tuple(name in stages for name in ARCS), size, "glyph")


@lru_cache(maxsize=256)
def _ring(filled: tuple[bool, ...], size: int, classes: str) -> SafeString:
    states = (" filled" if is_filled else "" for is_filled in filled)
    arcs = format_html_join("", '<path class="arc{}" d="{}"/>', zip(states, ARCS.values(), strict=True))
    return format_html(
        '<svg class="{}" viewBox="0 0 48 48" width="{size}" height="{size}" aria-hidden="true" focusable="false">{}</svg>',
        f"ring {classes}".strip(),
        arcs,
        size=size,
    )


@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    path = format_html('<path d="{}"/>', ICONS[name]) if name in ICONS else ""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">{}</svg>',
        path,
    )


@lru_cache(maxsize=64)
def evidence_scale(level: str) -> SafeString:
    """Six steps, filled up to the level. The level's words stand beside it, so it is decoration."""
    states = ((f"{' filled' if step <= level else ''}{' reached' if step == level else ''}", step) for step in LEVELS)
    steps = format_html_join("", '<span class="step{}">{}</span>', states)
    return format_html('<span class="evidence-scale" aria-hidden="true">{}</span>', steps)


def region_map(slugs: Iterable[str]) -> SafeString:
    """The regions as tiles, these filled. Decoration: their names always stand beside it."""
    return _region_map(frozenset(slugs))


@lru_cache(maxsize=256)
def _region_map(slugs: frozenset[str]) -> SafeString:
    squares = ((FILLED if tile.filled else "", tile.x, tile.y) for tile in tiles(slugs))
    return format_html(
        '<svg class="region-map" viewBox="-1 -1 45 56" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", '<rect{} x="{}" y="{}" width="10" height="10"/>', squares),
    )
