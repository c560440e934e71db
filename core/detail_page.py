"""What detail_page.html is given, whatever the kind of page."""

from typing import Any

from core.citing import citations
from core.facts import Fact, Provenance


def detail_context(
    page: Any, url: str, *, standfirst: str, key_facts: list[Fact], provenance: Provenance
) -> dict[str, Any]:
    """`page` is core.findable.Findable, and `url` its full URL."""
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
    }
