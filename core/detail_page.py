"""The page of one example, note, contract …: one frame (detail_page.html) for every kind that has facts and a source."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from core import dates
from core.citing import citations
from core.facts import Fact, Provenance, provenance, term_links
from core.findable import Findable, follow
from core.models import Licence, SiteSettings
from search.facets import DIMENSIONS
from taxonomy.models import Term


class DetailPage(Findable):
    """A findable page in that frame. It has `source` and `licence`; its template extends detail_page.html."""

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | self.detail_context(request)

    def detail_context(self, request: HttpRequest) -> dict[str, Any]:
        """What its template is given. A kind with more to show has its own, made by `framed`."""
        return framed(
            self,
            self.get_full_url(request) or "",
            standfirst=getattr(self, self.summary_field),
            key_facts=self.key_facts(),
            provenance=provenance(self, published_at=getattr(self, "source_address", "")),
        )

    def key_facts(self) -> list[Fact]:
        """The day for which it is true, and its terms as links to what else has them."""
        day = getattr(self, self.date_field)
        terms = {name: follow(self, path) for name, path in self.FACETS.items() if name != "tag"}
        facts = [Fact(DIMENSIONS[name], "", term_links(found)) for name, found in terms.items()]
        return [Fact("As at", dates.month(day) if day else ""), *facts]


def framed(
    page: Findable,
    url: str,
    *,
    standfirst: str,
    key_facts: Sequence[Any],
    provenance: Provenance,
    about: Iterable[str] = (),
    areas: Iterable[Term] = (),
) -> dict[str, Any]:
    """What detail_page.html is given. `url` is the page's full URL, `about` names organisations."""
    return {
        "kind": page.kind,
        "kind_label": page.label,
        "standfirst": standfirst,
        "key_facts": key_facts,
        "provenance": provenance,
        "citations": [
            (str(n), name, text, str(lines)) for n, (name, text, lines) in enumerate(citations(page, url), 1)
        ],
        "page_url": url,
        "json_ld": json_ld(page, url, standfirst, about, areas),
    }


def json_ld(page: Any, url: str, description: str, about: Iterable[str], areas: Iterable[Term]) -> SafeString:
    """schema.org/Article. Escaped so that no title can end the script element."""
    site = SiteSettings.current()
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": description,
        "url": url,
        "about": [{"@type": "Organization", "name": name} for name in dict.fromkeys(about)],
        "keywords": ", ".join(area.label for area in areas),
        "publisher": {"@type": "Organization", "name": site.publisher},
        "datePublished": dates.iso_day(page.first_published_at),
        "dateModified": dates.iso_day(page.last_published_at),
        "isBasedOn": page.source or None,
        "license": Licence(page.licence).url if page.licence else site.licence_url,
    }
    text = json.dumps({name: value for name, value in data.items() if value})
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return mark_safe(text)  # noqa: S308 (escaped on the line above)
