"""The facts beside and below a page's text, as components/facts.html and components/provenance.html take them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from core import dates
from core.models import Licence
from taxonomy.models import Term

Links = tuple[tuple[str, str], ...]  # label and URL of each


class Fact(NamedTuple):
    """A row of a list of definitions: links or a text, with a drawing below; without either it is not reported."""

    name: str
    text: str = ""
    links: Links = ()
    drawing: SafeString | str = ""

    @property
    def is_reported(self) -> bool:
        return bool(self.text or self.links)


def term_links(found: Iterable[Term | None]) -> Links:
    """The terms as links to what else has them."""
    return tuple((term.label, term.url) for term in found if term)


@lru_cache(maxsize=2000)
def search_url(name: str, value: str) -> str:
    """A search for everything that has this value."""
    return f"{reverse('search')}?{urlencode({name: value})}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a page is from and how old it is. `urls` are links to the source, `published_at` says in words where it was."""

    source: str
    urls: tuple[str, ...]
    published_at: str
    published: str
    last_review: str
    next_review: str
    licence: Licence | None


def provenance(page: Any, *, urls: tuple[str, ...] = (), published_at: str = "") -> Provenance:
    """`page` has a source; it may be editorial.review.Reviewed."""
    reviewed, review_date = getattr(page, "last_reviewed", None), getattr(page, "review_date", None)
    published = dates.day_of(page.first_published_at) if page.first_published_at else "Not published yet"
    if page.last_published_at:
        published += f", last changed {dates.day_of(page.last_published_at)}"
    return Provenance(
        source=page.source,
        urls=urls,
        published_at=published_at,
        published=published,
        last_review=dates.full(reviewed) if reviewed else "Not reviewed yet",
        next_review=dates.full(review_date) if review_date else "No review planned",
        licence=Licence(page.licence) if page.licence else None,
    )
