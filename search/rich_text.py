"""Rich text as plain text, as the index knows it.

Wagtail and Django strip tags with a parser of all that HTML may be, which took a third of the time that a rebuild took to
read pages. What Wagtail's editor writes is much less; of all else the parser is asked.
"""

import html
import re

from wagtail.rich_text import get_text_for_indexing

from search.entries import plain, plain_from_html, with_stops

# The ends of what stands in lines of its own, and whatever else the editor writes. A tag in any other form stays.
_LINE = re.compile(r"</(?:p|h[2-6]|li|blockquote)>|<(?:br|hr)/>")
_TAG = re.compile(r'</?(?:p|h[2-6]|li|ul|ol|a|b|i|strong|em|blockquote|embed)(?: [a-z-]+="[^"<>]*")*/?>')
_SIGN = re.compile(r"&(?!(?:amp|lt|gt|quot|#x27|#39);)")


def plain_from_rich_text(source: str) -> str:
    """The same as `plain_from_html` of what Wagtail reads from it, its headings closed."""
    source = with_stops(source)
    text = _TAG.sub("", _LINE.sub(" ", source)) if "<" in source else source
    if "<" in text or _SIGN.search(text):
        return plain_from_html(get_text_for_indexing(source))
    if "&" in text:
        text = html.unescape(text)
        if "<" in text:
            return plain_from_html(get_text_for_indexing(source))
        text = html.unescape(text)  # both of them do so
    return plain(text)
