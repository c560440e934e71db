"""Hits from what the server holds, with the words of the question marked."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from search import highlighting
from search.hits import hit
from search.results import Hit
from search.synonyms import Expanded

SHOWN = True  # all that the server keeps of the document as it came (documents.MAPPING): it hands that over unread
WITHOUT_BODY = ["shown"]
FEW = 100  # hits with a body each; of more, as in a file for download, only titles and summaries are read


def hits(
    rows: Iterable[Mapping[str, Any]], question: Expanded | None = None, every: Collection[str] = ()
) -> tuple[Hit, ...]:
    """`rows` are hits as the server gives them; those in `every` have the whole question."""
    wanted = highlighting.wanted(question) if question and question.positive else None
    printed = []
    for row in rows:
        shown, body = row["_source"]["shown"], row["_source"].get("body_text", "")
        excerpts = (highlighting.excerpt(text, wanted) for text in (shown["summary"], body)) if wanted else ()
        printed.append(
            hit(
                *(int(row["_id"]), shown["kind"], shown["title"], shown["url"], shown["summary"], shown["date"]),
                organisations=shown["organisations"],
                facets=shown["facets"],
                wanted=wanted,
                excerpt=next(filter(None, excerpts), None),
                exact=row["_id"] in every,
            )
        )
    return tuple(printed)
