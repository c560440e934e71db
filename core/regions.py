"""The map of regions: one tile for each region of England and each nation, placed as they lie to each other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# Slug -> column, row and what fits on the tile.
TILES = {
    "scotland": (1, 0, "Scot"),
    "northern-ireland": (0, 1, "NI"),
    "north-east": (2, 1, "NE"),
    "north-west": (1, 2, "NW"),
    "yorkshire-and-the-humber": (2, 2, "Yorks"),
    "wales": (0, 3, "Wales"),
    "west-midlands": (1, 3, "W Mid"),
    "east-midlands": (2, 3, "E Mid"),
    "east-of-england": (3, 3, "East"),
    "south-west": (1, 4, "SW"),
    "south-east": (2, 4, "SE"),
    "london": (3, 4, "Lon"),
}
NATIONS = {"scotland", "northern-ireland", "wales"}
# Terms that stand for many tiles.
WHOLE = {"england-wide": TILES.keys() - NATIONS, "uk-wide": TILES.keys()}


@dataclass(frozen=True, slots=True)
class Tile:
    slug: str
    x: int
    y: int
    short: str
    filled: bool
    count: int = 0

    @property
    def middle(self) -> int:
        return self.x + 5

    @property
    def base(self) -> int:
        return self.y + 6


def tiles(filled: Collection[str] = (), counts: Mapping[str, int] | None = None) -> list[Tile]:
    """Every tile, ten units wide; filled where the region or a whole that it belongs to is given, or has a count."""
    covered = set(filled).union(*(WHOLE[slug] for slug in filled if slug in WHOLE))
    held = counts or {}
    return [
        Tile(slug, 11 * column, 11 * row, short, slug in covered or held.get(slug, 0) > 0, held.get(slug, 0))
        for slug, (column, row, short) in TILES.items()
    ]
