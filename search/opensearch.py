"""What browsers need to offer this site's search by themselves (OpenSearch 1.1, draft 6)."""

from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from caching.site_name import site_name
from search.results import Suggestion

TYPE = "application/opensearchdescription+xml"
LONGEST_NAME, LONGEST_DESCRIPTION = 16, 1024  # the specification's


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    name = site_name()
    addresses = {
        "text/html": "/search/?q={searchTerms}",
        "application/atom+xml": "/search/?q={searchTerms}&format=atom",
        "application/x-suggestions+json": "/search/suggest?q={searchTerms}&format=opensearch",
    }
    urls = "".join(
        f"<Url type={quoteattr(kind)} template={quoteattr(settings.SITE_URL + address)}/>"
        for kind, address in addresses.items()
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{escape(name[:LONGEST_NAME].strip())}</ShortName>"
        f"<Description>{escape(f'Search {name}'[:LONGEST_DESCRIPTION])}</Description>"
        f"{urls}<InputEncoding>UTF-8</InputEncoding><OutputEncoding>UTF-8</OutputEncoding><Language>en-GB</Language>"
        "</OpenSearchDescription>\n"
    )
    return HttpResponse(body, content_type=f"{TYPE}; charset=utf-8")


def as_suggestions(text: str, found: tuple[Suggestion, ...]) -> JsonResponse:
    """Suggestions as browsers read them: the question, then texts, descriptions and addresses in lists."""
    addresses = [settings.SITE_URL + row.url for row in found]
    body = [text, [row.text for row in found], [row.kind for row in found], addresses]
    return JsonResponse(body, safe=False, content_type="application/x-suggestions+json")
