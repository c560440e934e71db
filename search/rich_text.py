"""Rich text as plain text, as the index knows it.

Wagtail and Django strip tags with a parser of all that HTML may be, which took a third of the time that a rebuild took to
read pages. What Wagtail's editor writes is much less; of all else the parser is asked.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from wagtail.blocks import Block, RichTextBlock, StructBlock
from wagtail.rich_text import get_text_for_indexing

from search.documents import plain, plain_from_html, with_lines_apart, with_stops

# What begins or ends a line of its own, and whatever else the editor writes. A tag in any other form stays.
_ATTRIBUTES = r'(?: [a-z-]+="[^"<>]*")*/?>'
_LINE = re.compile(r"</?(?:p|h[2-6]|li|ul|ol|blockquote|br|hr)" + _ATTRIBUTES)
_TAG = re.compile(r"</?(?:a|b|i|strong|em|embed)" + _ATTRIBUTES)
_SIGN = re.compile(r"&(?!(?:amp|lt|gt|quot|#x27|#39);)")


def plain_from_rich_text(source: str) -> str:
    """The same as `plain_from_html` of what Wagtail reads from it, its lines kept apart and its headings closed."""
    text = _TAG.sub("", _LINE.sub(" ", with_stops(source))) if "<" in source else source
    if "<" in text or _SIGN.search(text):
        return _parsed(source)
    if "&" in text:
        text = html.unescape(text)
        if "<" in text:
            return _parsed(source)
        text = html.unescape(text)  # both of them do so
    return plain(text)


def _parsed(source: str) -> str:
    """Wagtail's own reading runs the cells of a table together, so the lines are parted before it."""
    return plain_from_html(get_text_for_indexing(with_lines_apart(source)))


def texts_of_block(block: Block, value: Any) -> Iterator[str]:
    """The plain texts of a block of a StreamField, with its rich text read as above."""
    if isinstance(block, RichTextBlock):
        yield plain_from_rich_text(value.source if value else "")
    elif type(block).get_searchable_content is StructBlock.get_searchable_content:
        for name, child in block.child_blocks.items():
            yield from texts_of_block(child, value.get(name, child.get_default()))
    else:
        yield from map(plain, block.get_searchable_content(value))
