"""What the index knows of a page or of anything else that can be found, and how text becomes plain."""

import datetime
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.html import strip_tags

from search.html_tables import rows_as_paragraphs

# What neither XML nor UTF-8 can carry, and what the index marks its highlights with.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_HEADING_END = re.compile(r"(?<=[\w)\]’”\"'])\s*(?=</h[1-6]>)", re.IGNORECASE)
# Where a line begins or ends, whatever wrote the markup and whichever end tags it left out.
_BLOCK = re.compile(
    r"</?(?:p|li|[uod]l|d[dt]|h[1-6]|div|blockquote|pre|table|t[dhr]|caption|section|article|aside|header|footer|figure"
    r"|figcaption|address|details|summary|br|hr)(?=[\s/>])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One page, or whatever else can be found, as the index holds it. Texts are plain (no markup); facet values are slugs by
    dimension."""

    page_id: int
    kind: str
    title: str
    url: str
    summary: str = ""
    body: str = ""
    tags: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date: datetime.date | None = None


def plain_from_html(markup: str) -> str:
    """Rich text as one line of plain text."""
    return plain(html.unescape(strip_tags(with_lines_apart(markup))))


def with_lines_apart(markup: str) -> str:
    """Markup whose blocks stay apart when its tags are taken away; a row of a table ends like a sentence."""
    return _BLOCK.sub(r" \g<0>", with_stops(rows_as_paragraphs(markup, end=".")))


def with_stops(markup: str) -> str:
    """Rich text whose headings end like sentences: in one line they would run into what follows."""
    return _HEADING_END.sub(".", markup) if "</h" in markup.lower() else markup


def plain(text: str) -> str:
    """Text as one line: no control characters or halves of characters, composed accents."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # a look that costs less than the search
        text = _UNPRINTABLE.sub(" ", text)
    return " ".join(text.split())


def texts_of(entry: Document) -> tuple[list[str], tuple[str, str, str, str]]:
    """The organisations, and the four texts in which words are found: title, tags with the organisations, summary, body.
    Once more plain: the sentinels of highlights must never come from content, whatever a page type hands over."""
    organisations = list(dict.fromkeys(filter(None, map(plain, entry.organisations))))
    unsaid = [name for name in organisations if name not in entry.tags]
    tags = plain(" · ".join([*unsaid, *entry.tags]))
    return organisations, (plain(entry.title), tags, plain(entry.summary), plain(entry.body))
