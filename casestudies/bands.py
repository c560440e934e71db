"""Bands of cost and of people reached: what readers filter by where no two examples have the same figure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from casestudies.rows import CostKind, PeopleKind
from search.facets import Value

# Upper ends, each with its slug and how it is said.
COST = (
    (10_000, "10k", "£10,000"),
    (50_000, "50k", "£50,000"),
    (250_000, "250k", "£250,000"),
    (1_000_000, "1m", "£1 million"),
    (5_000_000, "5m", "£5 million"),
)
PEOPLE = (50, 250, 1_000, 10_000)
# Of all or of a year of it. What one person or a unit costs is no size of the whole, and a saving is no cost.
COUNTED = {CostKind.TOTAL, CostKind.YEAR, CostKind.INVESTMENT}
# Kind, lower end, upper end.
Figure = tuple[str, Decimal | int | None, Decimal | int | None]


def values() -> dict[str, list[Value]]:
    """The bands, as search shows them: “under £…”, which hold one another, then the bands between."""
    cost = [Value(f"under-{slug}", f"Under {said}") for _, slug, said in COST]
    cost += [Value(f"{a}-to-{b}", f"{said} to {up}") for (_, a, said), (_, b, up) in pairwise(COST)]
    cost += [Value(f"{COST[-1][1]}-or-more", f"{COST[-1][2]} or more")]
    people = [Value(f"under-{PEOPLE[0]}", f"Under {PEOPLE[0]}")]
    people += [Value(f"{lower}-to-{upper - 1}", f"{lower:,} to {upper - 1:,}") for lower, upper in pairwise(PEOPLE)]
    people += [Value(f"{PEOPLE[-1]}-or-more", f"{PEOPLE[-1]:,} or more")]
    return {"cost": cost, "people": people}


def cost_bands(costs: Iterable[Figure]) -> set[str]:
    """Every band that one of these costs touches, and each “under £…” that holds all of it."""
    found = set()
    limits = [limit for limit, *_ in COST]
    for kind, amount, upper in costs:
        if kind not in COUNTED or amount is None:
            continue
        found |= {f"under-{slug}" for limit, slug, _ in COST if (amount if upper is None else upper) < limit}
        for place in _touched(limits, amount, upper):
            if place == len(COST):
                found.add(f"{COST[-1][1]}-or-more")
            elif place:
                found.add(f"{COST[place - 1][1]}-to-{COST[place][1]}")
            else:
                found.add(f"under-{COST[0][1]}")
    return found


def people_bands(counts: Iterable[Figure]) -> set[str]:
    """Every band that one of these numbers of people reached touches."""
    found = set()
    for kind, lower, upper in counts:
        for place in _touched(PEOPLE, lower, upper) if kind == PeopleKind.REACHED and lower is not None else ():
            if place == len(PEOPLE):
                found.add(f"{PEOPLE[-1]}-or-more")
            else:
                found.add(f"{PEOPLE[place - 1]}-to-{PEOPLE[place] - 1}" if place else f"under-{PEOPLE[0]}")
    return found


def _touched(limits: Iterable[int], lower: Decimal | int, upper: Decimal | int | None) -> Iterator[int]:
    """The places of the bands between these limits that reach from one figure to the other."""
    ends = list(limits)
    first = sum(lower >= limit for limit in ends)
    last = first if upper is None else sum(upper >= limit for limit in ends)
    yield from range(first, max(first, last) + 1)
