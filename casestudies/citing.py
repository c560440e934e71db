"""A case study as one would cite it: in plain text, and for BibTeX."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings

from caching.version import remember
from home import dates

if TYPE_CHECKING:
    from casestudies.models import CaseStudyPage

# BibTeX counts braces even behind a backslash, so none may stand for itself.
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {char: f"\\{char}" for char in "&%$#_"}


def citations(page: "CaseStudyPage", address: str) -> list[tuple[str, str, int]]:
    """Name, text and number of lines of each way to cite the page at its full address."""
    entry = bibtex(page, address)
    return [("plain text", citation(page, address), 3), ("BibTeX", entry, entry.count("\n") + 2)]


def citation(page: "CaseStudyPage", address: str) -> str:
    """Publisher, title, as at when, address."""
    parts = [publisher(page), f"“{page.title}”", _as_at(page) or "no date", address]
    return ", ".join(filter(None, parts)) + "."


def bibtex(page: "CaseStudyPage", address: str) -> str:
    """One @misc entry; its key is the slug and the year for which the page is true."""
    year = str(page.as_at.year) if page.as_at else ""
    key = re.sub(r"[^A-Za-z0-9-]+", "-", "-".join(filter(None, [page.slug, year]))) or "case-study"
    as_at = _as_at(page)
    fields = {
        # Twice in braces: a style must not lower the case of names in it.
        "title": f"{{{escaped(page.title)}}}",
        "howpublished": escaped(publisher(page)),
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


def publisher(page: "CaseStudyPage") -> str:
    """The site's name."""
    return remember("publisher", lambda: getattr(page.get_site(), "site_name", "")) or settings.WAGTAIL_SITE_NAME


def _as_at(page: "CaseStudyPage") -> str:
    return f"as at {dates.month(page.as_at)}" if page.as_at else ""
