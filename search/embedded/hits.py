"""Hits as they are shown: what the index holds of a page, with the words of the question marked."""

import json
import sqlite3
from collections.abc import Sequence

from pyroaring import BitMap

from search import highlighting
from search.highlighting import Wanted
from search.hits import hit
from search.results import Hit


def hits(
    connection: sqlite3.Connection, ids: Sequence[int], wanted: Wanted | None = None, every: BitMap | None = None
) -> tuple[Hit, ...]:
    """These pages in this order. `every` are the pages with the whole question, `wanted` says what is marked."""
    # All as one row: with each row that SQLite hands over Python lets other threads go first.
    rows = _rows(connection, "kind, title, url, summary, date, json(organisations), json(facets)", ids)
    excerpts = {page: highlighting.excerpt(row[3], wanted) for page, row in rows.items()} if wanted else {}
    # A body is looked at only where there is nothing to mark in the summary.
    bodies = _rows(connection, "body", [page for page in ids if wanted and excerpts[page] is None])
    excerpts |= {page: highlighting.excerpt(body, wanted) for page, (body,) in bodies.items() if wanted}
    return tuple(
        hit(
            *(page, *rows[page][:5]),
            organisations=rows[page][5],
            facets=rows[page][6],
            wanted=wanted,
            excerpt=excerpts.get(page),
            exact=every is not None and page in every,
        )
        for page in ids
    )


def _rows(connection: sqlite3.Connection, columns: str, ids: Sequence[int]) -> dict[int, list]:
    if not ids:
        return {}
    sql = f"SELECT json_group_array(json_array(page, {columns})) FROM doc WHERE page IN ({','.join(map(str, ids))})"
    return {row[0]: row[1:] for row in json.loads(connection.execute(sql).fetchone()[0])}
