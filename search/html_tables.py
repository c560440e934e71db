"""Tables in HTML as paragraphs, one for each row, so that cells and rows never run together where a table cannot stand."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from django.utils.html import escape

BETWEEN = " | "  # what stands between two cells of a row
ENDS = (".", "!", "?")
CELLS = ("td", "th")
KEPT = ("a", "b", "em", "i", "strong")  # formatting within a cell
_CONDITION = re.compile(r"<!\[[^>]*>?")  # what Word writes for itself, and what the parser may refuse
INLINE = (*KEPT, "abbr", "code", "s", "small", "span", "sub", "sup", "u")


def rows_as_paragraphs(markup: str, end: str = "") -> str:
    """The markup with each row of a table as a paragraph of its cells; `end` closes each that has no end."""
    if "<table" not in markup.lower():
        return markup
    soup = BeautifulSoup(_CONDITION.sub("", markup), "html.parser")
    for table in soup.find_all("table"):
        if not table.find_parent("table"):
            rows = "".join(f"<p>{row}{'' if row.endswith(ENDS) else end}</p>" for row in _rows(table))
            table.replace_with(BeautifulSoup(rows, "html.parser"))
    return str(soup)


def _rows(table: Tag) -> Iterator[str]:
    """The rows that say something, in the order of the document: so it does not matter which end tags are left out."""
    rows: list[list[list[str]]] = [[]]
    for node in table.descendants:
        if isinstance(node, Tag):
            if node.name in ("tr", "caption"):
                rows.append([])
            elif node.name in CELLS:
                rows[-1].append([])
            elif node.name not in INLINE and rows[-1]:
                rows[-1][-1].append(" ")
        elif type(node) is NavigableString and (rows[-1] or node.strip()):  # not a comment or a script
            if not rows[-1]:
                rows[-1].append([])
            rows[-1][-1].append(_formatted(node, table))
    for row in rows:
        cells = [" ".join("".join(pieces).split()) for pieces in row]
        if any(cells):
            yield BETWEEN.join(cells).strip()


def _formatted(text: NavigableString, table: Tag) -> str:
    """The text with the formatting and the links that it has within its table."""
    found = str(escape(text))
    if not found.strip():
        return found
    for parent in text.parents:
        if parent is table:
            break
        if parent.name in KEPT:
            found = f"<{parent.name}{_attributes(parent)}>{found}</{parent.name}>"
    return found


def _attributes(tag: Tag) -> str:
    values = {name: value if isinstance(value, str) else " ".join(value) for name, value in tag.attrs.items()}
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())
