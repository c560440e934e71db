"""Covers drawn from a page's own data: the same page always has the same cover, and pages of a kind look akin.

A cover is a grid of unit tiles. The group of the service area decides colour and shapes, the page's number where they
stand, and there is a marigold dot for each stage of commissioning that the page tells of.
"""

from functools import lru_cache
from hashlib import blake2b

from django.utils.safestring import SafeString, mark_safe

PALETTES = ("spruce", "blue", "plum", "olive")
# A quarter disc in each corner of a unit tile, and a quarter ring.
DISC = ("h1a1 1 0 0 1-1 1z", "h1v1a1 1 0 0 1-1-1z", "m1 0v1h-1a1 1 0 0 1 1-1z", "m0 1v-1a1 1 0 0 1 1 1z")
RING = (
    "h1a1 1 0 0 1-1 1v-.5a.5.5 0 0 0 .5-.5h-.5z",
    "m0 0a1 1 0 0 0 1 1v-.5a.5.5 0 0 1-.5-.5z",
    "m1 0a1 1 0 0 0-1 1h.5a.5.5 0 0 1 .5-.5z",
    "m0 0a1 1 0 0 1 1 1h-.5a.5.5 0 0 0-.5-.5z",
)
DOT = "m.25 .5a.25.25 0 1 1 .5 0a.25.25 0 1 1-.5 0z"
# How many of ten tiles are a full disc, a light disc and a ring, by the group's own pattern.
MIXES = ((3, 2, 2), (2, 1, 4), (4, 1, 1), (2, 3, 2), (1, 2, 4))


@lru_cache(maxsize=1000)
def cover(page_id: int, group: str, stages: int, columns: int = 6, rows: int = 2) -> SafeString:
    """An SVG picture, decoration only, of columns x rows tiles. `stages` is how many stages the page tells of."""
    character = _bytes(f"group {group}")
    palette, mix = PALETTES[character[0] % len(PALETTES)], MIXES[character[1] % len(MIXES)]
    chance = _bytes(f"page {page_id}", 64)
    tiles = [(column, line) for line in range(rows) for column in range(columns)]
    paths: dict[str, list[str]] = {"full": [], "light": [], "hoop": [], "dot": []}
    free: list[tuple[int, int]] = []
    for place, (column, line) in enumerate(tiles):
        roll, turn = chance[(2 * place) % 64] % 10, chance[(2 * place + 1) % 64] % 4
        name = _shape(roll, mix)
        if name:
            shape = RING[turn] if name == "hoop" else DISC[turn]
            paths[name].append(f"M{column} {line}{shape}")
        else:
            free.append((column, line))
    for number in range(min(stages, len(free))):
        column, line = free.pop(chance[-1 - number] % len(free))
        paths["dot"].append(f"M{column} {line}{DOT}")
    drawn = "".join(f'<path class="{name}" d="{"".join(parts)}"/>' for name, parts in paths.items() if parts)
    return mark_safe(  # noqa: S308 (made of numbers and of our own words)
        f'<svg class="cover cover-{palette}" viewBox="0 0 {columns} {rows}" aria-hidden="true" focusable="false">{drawn}</svg>'
    )


def _shape(roll: int, mix: tuple[int, int, int]) -> str:
    full, light, ring = mix
    if roll < full:
        return "full"
    if roll < full + light:
        return "light"
    return "hoop" if roll < full + light + ring else ""


def _bytes(text: str, size: int = 8) -> bytes:
    return blake2b(text.encode(), digest_size=size).digest()
