"""Hits as they are shown: what the index holds of a page, with the words of the question marked."""

import html
import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from pyroaring import BitMap

from search.embedded import text
from search.embedded.snippets import snippets
from search.results import Hit


def hits(
    connection: sqlite3.Connection, ids: Sequence[int], expression: str = "", every: BitMap | None = None
) -> tuple[Hit, ...]:
    """These pages in this order. `every` are the pages with the whole question, `expression` says what is marked."""
    marked = snippets(connection, ids, expression) if expression and ids else {}
    places = ",".join(map(str, ids))
    columns = "page, kind, title, url, summary, date, organisations"
    rows = {row[0]: row for row in connection.execute(f"SELECT {columns} FROM doc WHERE page IN ({places})")}
    facets: dict[int, dict[str, list[str]]] = {page: {} for page in ids}
    sql = f"SELECT page, dimension, value FROM doc_facet WHERE page IN ({places}) ORDER BY page, dimension, value"
    for page, dimension, value in connection.execute(sql):
        facets[page].setdefault(dimension, []).append(value)
    found = []
    for page in ids:
        _, kind, title, url, summary, day, organisations = rows[page]
        title_marked, summary_marked, body_marked = marked.get(page, (title, summary, ""))
        snippet = summary_marked if text.OPEN in summary_marked or text.OPEN not in body_marked else body_marked
        found.append(
            Hit(
                *(page, kind, title, url, summary, date.fromisoformat(day) if day else None),
                facets=facets[page],
                organisations=json.loads(organisations),
                title_html=_safe(title_marked),
                snippet_html=_safe(snippet),
                exact=every is not None and page in every,
            )
        )
    return tuple(found)


def _safe(marked: str) -> str:
    """Escape first, then turn the sentinels into tags: content can bring no markup of its own."""
    return html.escape(marked).replace(text.OPEN, "<mark>").replace(text.CLOSE, "</mark>")
