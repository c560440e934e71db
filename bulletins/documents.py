"""What search holds of an issue: all from the page's own row, so that a rebuild makes no query for each."""

from collections.abc import Iterable
from typing import Any

from bulletins.models import BulletinPage
from core.blocks import TableBlock
from search.documents import plain, plain_from_html

TABLE = TableBlock()
RICH = ("text",)
WORDS = ("heading", "title", "summary")


def text_of(page: BulletinPage) -> str:
    body = [plain_from_html(page.editorial), *_written(page.sections.raw_data), plain(page.source)]
    return " ".join(filter(None, body))


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
