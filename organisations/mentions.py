"""Where an organisation is named. Whoever names organisations provides a function; this floor knows none of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """A published page that names an organisation: what the organisation is there, and what else is to be said."""

    page_id: int
    role: str  # such as “Commissioner”; pages are gathered by it
    title: str
    url: str
    summary: str = ""
    place: int = 0  # of the role among the others
    contracts: tuple[str, ...] = ()  # what it bought there


# An organisation's number -> where it is named on pages that everybody may read.
Finder = Callable[[int], Iterable[Mention]]
_finders: list[Finder] = []
# -> the numbers of all organisations that are named there.
_all: list[Callable[[], Iterable[int]]] = []


def provide(finder: Finder, everyone: Callable[[], Iterable[int]]) -> None:
    """Let organisations have the mentions that `finder` finds; `everyone` gives the organisations that have any."""
    if finder not in _finders:
        _finders.append(finder)
        _all.append(everyone)


def mentions(organisation: int) -> list[Mention]:
    """Every mention, in the order of roles and then by title."""
    found = [mention for finder in _finders for mention in finder(organisation)]
    return sorted(found, key=lambda mention: (mention.place, mention.role, mention.title.casefold(), mention.page_id))


def mentioned() -> set[int]:
    """The organisations that a published page names: only they have a page."""
    return {pk for everyone in _all for pk in everyone()}
