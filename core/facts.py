"""The facts beside and below a page's text, printed by Python: as templates they took most of a page's time.

Every text is escaped here, unless its type says that it is safe already."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import dates
from core.models import Licence
from taxonomy.models import Term

UNKNOWN = '<span class="not-reported">not reported</span>'
UNSAID = SafeString("")


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a list of definitions; the value is markup, and empty where nothing is reported."""

    name: str
    value: SafeString


def printed(rows: Iterable[Fact]) -> SafeString:
    divs = (f"<div><dt>{escape(row.name)}</dt><dd>{row.value or UNKNOWN}</dd></div>" for row in rows)
    return mark_safe("\n".join(divs))  # noqa: S308 (escaped; values are safe)


def text(words: str) -> SafeString:
    return mark_safe(escape(words))  # noqa: S308 (escaped)


def links(pairs: Iterable[tuple[str, str]]) -> SafeString:
    """Label and address of each."""
    anchors = (f'<a href="{escape(url)}">{escape(label)}</a>' for label, url in pairs)
    return mark_safe(", ".join(anchors))  # noqa: S308 (escaped)


def terms(found: Iterable[Term | None]) -> SafeString:
    """The terms as links to what else has them."""
    return links((term.label, term.url) for term in found if term)


@lru_cache(maxsize=2000)
def search_address(name: str, value: str) -> str:
    """A search for everything that has this value."""
    return f"{reverse('search')}?{urlencode({name: value})}"


def provenance(page: Any, where: SafeString) -> list[Fact]:
    """Where a page is from and how old it is; `page` is editorial.review.Reviewed and has a source, which is found at `where`."""
    source = linebreaksbr(page.source)
    published = dates.day_of(page.first_published_at) if page.first_published_at else "not yet"
    if page.last_published_at:
        published += f", last changed {dates.day_of(page.last_published_at)}"
    return [
        Fact("Source", format_html("{}<br>{}", source, where) if source and where else source),
        Fact("Published here", text(published)),
        Fact("Last review", text(dates.full(page.last_reviewed) if page.last_reviewed else "not yet")),
        Fact("Next review", text(dates.full(page.review_date) if page.review_date else "not planned")),
        Fact("Licence", _licence(page.licence)),
    ]


def _licence(slug: str) -> SafeString:
    if not slug:
        return UNSAID
    licence = Licence(slug)
    if not licence.url:
        return text(licence.label)
    return format_html('<a rel="license noopener" href="{}">{}</a>', licence.url, licence.label)
