"""A page as one would cite it: in plain text, and for BibTeX. A page here has `as_at`, beside what every page has."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe

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


def ways_to_cite(page: Any, address: str) -> SafeString:
    """The citations of a page at its full address, and that address, as its template prints them."""
    return printed(citations(page, address), address)


def printed(rows: Iterable[tuple[str, str, int]], address: str) -> SafeString:
    """Ways to cite and share the page: name, text and number of lines of each; js/copy.js adds the copy buttons."""
    fields = [
        f'<div class="copyable {"no-print" if place > 1 else "citation"}">\n'
        f'<label for="cite-{place}">{escape(name[:1].upper() + name[1:])}</label>\n'
        f'<textarea id="cite-{place}" rows="{lines}" readonly spellcheck="false" data-copy="{escape(name)}">\n'
        f"{escape(told)}</textarea>\n</div>"
        for place, (name, told, lines) in enumerate(rows, 1)
    ]
    if address:
        fields.append(
            '<div class="copyable">\n<label for="share-address">Permanent address of this page</label>\n'
            f'<input id="share-address" type="text" value="{escape(address)}" readonly data-copy="address">\n</div>'
        )
    return mark_safe("\n".join(fields))  # noqa: S308 (escaped)


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
