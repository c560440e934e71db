"""A hit as it is shown, from what an index holds of the page."""

import html
from datetime import date

from search import highlighting
from search.highlighting import Wanted
from search.results import Hit


def hit(
    page: int,
    kind: str,
    title: str,
    url: str,
    summary: str,
    day: str | None,
    *,
    organisations: list[str],
    facets: dict[str, list[str]],
    wanted: Wanted | None,
    excerpt: str | None,
    exact: bool,
) -> Hit:
    """`excerpt` is what has marks of the summary or the body."""
    if excerpt is None:
        excerpt = highlighting.beginning(summary) if wanted else html.escape(summary)
    return Hit(
        *(page, kind, title, url, summary, date.fromisoformat(day) if day else None),
        facets=facets,
        organisations=organisations,
        title_html=highlighting.marked(title, wanted) if wanted else html.escape(title),
        snippet_html=excerpt,
        exact=exact,
    )
