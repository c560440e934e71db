"""Organisations that may be the same: suggested to editors, who decide."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from organisations.models import Organisation, name_key

# What one and the same organisation is written with and without.
_FORM = re.compile(
    r"\b(limited|ltd|plc|cic|community interest company|llp|charity|trust|the|uk|registered|incorporated)\b\.?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[([]([^)\]]+)[)\]]")
SHARED = 10  # organisations that have a key in common: more of them say that it tells nothing


@dataclass(frozen=True, slots=True)
class Double:
    first: Organisation
    second: Organisation
    why: str


def doubles() -> list[Double]:
    """Every pair that may be the same, once, by name. It looks at each organisation once."""
    held: dict[tuple[str, str], list[Organisation]] = {}
    for row in sorted(Organisation.objects.all(), key=lambda row: (row.name.casefold(), row.pk)):
        for key in dict.fromkeys(_keys(row)):
            held.setdefault(key, []).append(row)
    found: dict[tuple[int, int], Double] = {}
    for (why, _), rows in held.items():
        for first, second in combinations(rows, 2) if len(rows) <= SHARED else ():
            found.setdefault((first.pk, second.pk), Double(first, second, why))
    return sorted(found.values(), key=lambda double: (double.first.name.casefold(), double.second.name.casefold()))


def doubles_of(organisation: Organisation) -> list[Organisation]:
    """Those that may be the same as this one."""
    pairs = [(double.first, double.second) for double in doubles()]
    return [b if a == organisation else a for a, b in pairs if organisation in (a, b)]


def _keys(row: Organisation) -> Iterator[tuple[str, str]]:
    """By what others may have it too, each with the reason in words."""
    for name in (row.name, *row.also_called(), *row.formerly()):
        for written in (name, _BRACKETS.sub(" ", name), *_BRACKETS.findall(name)):
            key = name_key(_FORM.sub(" ", written.replace("&", " and "))) or name_key(written)
            if len(key) > 2:
                yield "The names are alike.", key
    host = (urlsplit(row.website).hostname or "").removeprefix("www.")
    path = urlsplit(row.website).path.strip("/")
    if host:
        yield "They have the same website.", f"{host}/{path}"
