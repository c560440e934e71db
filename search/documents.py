"""What the index knows of a page, and which pages it may know.

A page type takes part by having the class method `search_documents(pages) -> Iterable[Document]`, which is given the query for
many pages of its type at once, so that a rebuild makes a bounded number of queries and reads no more than it needs.
"""

import datetime
import html
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.models import Page, get_page_models

from search.html_tables import rows_as_paragraphs
from search.workers import BATCH

logger = logging.getLogger("search")

KINDS = {
    "case-study": "Case study",
    "practice-note": "Practice note",
    "bulletin": "E-bulletin",
    "event": "Event",
    "programme": "Programme",
    "template-contract": "Template contract",
    "page": "Page",
}
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
    """One page as the index holds it. Texts are plain (no markup); facet values are slugs by dimension."""

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


def searchable_models() -> list[Any]:
    return [model for model in get_page_models() if hasattr(model, "search_documents")]


def searchable_among(page_ids: list[int]) -> list[Any]:
    """The searchable types that these pages have. One look at them: a change of one page asks its own type, not every type."""
    there = set(Page.objects.filter(pk__in=page_ids).values_list("content_type_id", flat=True))
    return [model for model in searchable_models() if _content_type(model) in there]


def indexable(pages: QuerySet[Any]) -> QuerySet[Any]:
    """The one rule for what may be found: live, public, not past its expiry."""
    found = pages.live().public()  # type: ignore[attr-defined]
    return found.filter(Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()))


def _content_type(model: type[Page]) -> int:
    return ContentType.objects.get_for_model(model).pk  # kept in memory by Django


def documents_for(page_ids: Iterable[int]) -> Iterator[Document]:
    """The entries of those of these pages that may be found, in batches with a bounded number of queries each."""
    ids = sorted(page_ids)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for model in searchable_among(batch):
            yield from _entries_of(model, batch)


def _entries_of(model: Any, page_ids: list[int]) -> list[Document]:
    """The entries of these pages of one type. One that cannot be read, such as a body that another program wrote, is left
    out: the rest of the site must stay to be found, and search must answer."""
    try:
        return list(model.search_documents(indexable(model.objects.filter(pk__in=page_ids))))
    except DatabaseError:
        raise
    except Exception:
        if len(page_ids) == 1:
            logger.exception("page %s cannot be read for the search index, so it is left out", page_ids[0])
            return []
    half = len(page_ids) // 2
    return _entries_of(model, page_ids[:half]) + _entries_of(model, page_ids[half:])


def indexable_ids() -> list[int]:
    return sorted(
        pk for model in searchable_models() for pk in indexable(model.objects.all()).values_list("pk", flat=True)
    )
