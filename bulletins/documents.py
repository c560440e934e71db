"""An issue as the search index knows it: all from the page's own row, so that a rebuild makes no query for each."""

from collections.abc import Iterable
from typing import Any

from bulletins.models import BulletinPage
from core.blocks import TableBlock
from search.documents import Document, plain, plain_from_html

TABLE = TableBlock()
RICH = ("text",)
WORDS = ("heading", "title", "summary")


def document_for(page: BulletinPage) -> Document:
    written = _written(page.sections.raw_data)
    body = [plain_from_html(page.editorial), *written, plain(page.source)]
    return Document(
        page_id=page.pk,
        kind="bulletin",
        title=plain(page.title),
        url=page.get_url() or "",
        summary=plain(page.search_description or page.preheader),
        body=" ".join(filter(None, body)),
        date=page.filed_on,
    )


def _written(blocks: Iterable[Any]) -> Iterable[str]:
    """The words that the editor wrote; those of the pages that are picked belong to these pages."""
    for block in blocks:
        value = block["value"]
        if block["type"] == "table":
            yield TABLE.to_python(value).table.text()
            continue
        for name in WORDS:
            yield plain(value.get(name) or "")
        for name in RICH:
            yield plain_from_html(value.get(name) or "")
        yield from _written(value.get("items") or ())
