"""Hits as they are shown: what the index holds of a page, with the words of the question marked."""

import html
import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date

from pyroaring import BitMap

from search.embedded import text
from search.embedded.snippets import Marked, snippets
from search.results import Hit


def hits(
    connection: sqlite3.Connection, ids: Sequence[int], expression: str = "", every: BitMap | None = None
) -> tuple[Hit, ...]:
    """These pages in this order. `every` are the pages with the whole question, `expression` says what is marked."""
    found = snippets(connection, ids, expression) if expression and ids else {}
    # All as one row: with each row that SQLite hands over Python lets other threads go first.
    facets = "(SELECT json_group_array(json_array(dimension, value)) FROM doc_facet WHERE doc_facet.page = doc.page)"
    columns = f"page, kind, title, url, summary, date, json(organisations), json({facets})"
    sql = f"SELECT json_group_array(json_array({columns})) FROM doc WHERE page IN ({','.join(map(str, ids))})"
    rows = {row[0]: row for row in json.loads(connection.execute(sql).fetchone()[0])}
    return tuple(
        hit(
            *rows[page][:6],
            organisations=rows[page][6],
            facets=rows[page][7],
            marked_texts=found.get(page),
            exact=every is not None and page in every,
        )
        for page in ids
    )


def hit(
    page: int,
    kind: str,
    title: str,
    url: str,
    summary: str,
    day: str | None,
    *,
    organisations: list[str],
    facets: Iterable[list[str]],
    marked_texts: Marked | None,
    exact: bool,
) -> Hit:
    """`facets` are pairs of dimension and value."""
    title_marked, summary_marked, body_marked = marked_texts or (title, summary, "")
    snippet = summary_marked if text.OPEN in summary_marked or text.OPEN not in body_marked else body_marked
    return Hit(
        *(page, kind, title, url, summary, date.fromisoformat(day) if day else None),
        facets=_by_dimension(facets),
        organisations=organisations,
        title_html=_safe(title_marked),
        snippet_html=_safe(snippet),
        exact=exact,
    )


def _by_dimension(pairs: Iterable[list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for dimension, value in sorted(pairs):
        found.setdefault(dimension, []).append(value)
    return found


def _safe(marked: str) -> str:
    """Escape first, then turn the sentinels into tags: content can bring no markup of its own."""
    return html.escape(marked).replace(text.OPEN, "<mark>").replace(text.CLOSE, "</mark>")
