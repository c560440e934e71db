"""What plain pages have in common: they are found, and are no news."""

from typing import ClassVar

from core.findable import Findable


class PlainPage(Findable):
    kind = "page"
    label = "Page"
    plural = "Other pages"
    kind_order = 100
    is_news = False
    asks_if_useful = False
    summary_field: ClassVar[str] = "search_summary"

    class Meta:
        abstract = True
