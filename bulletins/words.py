"""The words of an issue where they stand: those too long for a line, and web addresses that are typed out."""

import re
from collections.abc import Iterator

from bulletins.issue import EDITORIAL, Issue, Item, Place
from bulletins.rich_text import WIDTH, Line, Run

TITLE = Place("the title", "id_title")
SOURCE = Place("the source", "id_source")
NAMES = {"p": "paragraph", "h2": "heading", "h3": "smaller heading", "ul": "list", "ol": "numbered list"}
TYPED = re.compile(r"(?:https?://|www\.)[^\s<>\"“”]+", re.IGNORECASE)
CLOSING = ".,;:!?’'"


def too_long(issue: Issue) -> Iterator[tuple[Place, str]]:
    """The first word of each place that no line of the plain text can hold."""
    seen: set[Place] = set()
    for place, line in _lines(issue):
        long = next((word for word in "".join(run.text for run in line).split() if len(word) > WIDTH), "")
        if long and place not in seen:
            seen.add(place)
            yield place, long


def typed(issue: Issue) -> Iterator[tuple[Place, str]]:
    """Web addresses that stand in a text and are no link there; mail programs make links of them."""
    for place, line in _lines(issue):
        for found in TYPED.findall("".join(" " if run.address else run.text for run in line)):
            url = found.rstrip(CLOSING)
            while url.endswith(")") and url.count("(") < url.count(")"):
                url = url[:-1].rstrip(CLOSING)
            yield place, url if "://" in url else f"http://{url}"


def _lines(issue: Issue) -> Iterator[tuple[Place, Line]]:
    yield TITLE, (Run(issue.title),)
    counts = dict.fromkeys(NAMES, 0)
    for block in issue.editorial:
        counts[block.kind] += 1
        place = Place(f"{EDITORIAL.words}, {NAMES[block.kind]} {counts[block.kind]}", EDITORIAL.anchor)
        yield from ((place, line) for line in block.lines)
    for section in issue.sections:
        yield section.place, (Run(section.heading),)
        for item in section.items:
            yield from ((item.place, line) for line in _lines_of(item))
    yield SOURCE, (Run(issue.source),)


def _lines_of(item: Item) -> Iterator[Line]:
    yield (Run(item.title, address=item.address),)
    for block in item.text:
        yield from block.lines
    if item.table is not None:
        yield from ((Run(cell.text),) for row in (item.table.head, *item.table.rows) for cell in row)
        yield (Run(item.table.source),)
