"""A page as one would cite it: in plain text, and for BibTeX. A page here has `as_at`, beside what every page has."""

import re
from typing import Any
from urllib.parse import quote

from caching.site_name import site_name
from core import dates

# BibTeX counts braces even behind a backslash, so none may stand for itself.
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {char: f"\\{char}" for char in "&%$#_"}


def citations(page: Any, address: str) -> list[tuple[str, str, int]]:
    """Name, text and number of lines of each way to cite the page at its full address."""
    entry = bibtex(page, address)
    return [("plain text", citation(page, address), 3), ("BibTeX", entry, entry.count("\n") + 2)]


def citation(page: Any, address: str) -> str:
    """Site, title, as at when, address."""
    parts = [site_name(), f"“{page.title}”", _as_at(page) or "no date", address]
    return ", ".join(filter(None, parts)) + "."


def bibtex(page: Any, address: str) -> str:
    """One @misc entry; its key is the slug and the year for which the page is true."""
    year = str(page.as_at.year) if page.as_at else ""
    key = re.sub(r"[^A-Za-z0-9-]+", "-", "-".join(filter(None, [page.slug, year]))) or "page"
    as_at = _as_at(page)
    fields = {
        # Twice in braces: a style must not lower the case of names in it.
        "title": f"{{{escaped(page.title)}}}",
        "howpublished": escaped(site_name()),
        "year": year,
        "note": escaped(as_at[:1].upper() + as_at[1:]),
        # Not escaped: \url, into which styles put it, takes it letter by letter.
        "url": quote(address, safe=":/?&=#%[]@!$'()*+,;~_"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def escaped(text: str) -> str:
    """Text as a field of BibTeX holds it: on one line, nothing in it a command."""
    return "".join(SPECIAL.get(char, char) for char in " ".join(text.split()))


def _as_at(page: Any) -> str:
    return f"as at {dates.month(page.as_at)}" if page.as_at else ""
