"""Redirects that keep the query and find paths with spaces: Wagtail's own do neither
(https://github.com/wagtail/wagtail/issues/4414)."""

from urllib.parse import parse_qsl, unquote, urlparse, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.contrib.redirects import middleware
from wagtail.contrib.redirects.models import Redirect

LONGEST = 2000  # characters: Django refuses to redirect to much longer ones


class RedirectMiddleware(middleware.RedirectMiddleware):
    """In the place of Wagtail's."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 404:
            return response
        whole = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        path = urlparse(whole).path
        # A redirect for just this query goes first, and says itself where it leads.
        for wanted, query in dict.fromkeys(((whole, ""), (path, request.META.get("QUERY_STRING", "")))):
            # Decoded whole, too: Wagtail decodes letters with accents, and not what people write as a space.
            found = middleware.get_redirect(request, wanted) or middleware.get_redirect(request, unquote(wanted))
            if found and found.link:
                kind = HttpResponsePermanentRedirect if found.is_permanent else HttpResponseRedirect
                return kind(with_query(found.link, query))
        return response


def with_query(url: str, query: str) -> str:
    """The URL with this query, of which the parameters that the URL has itself are left out."""
    parts = urlsplit(url)
    own = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    rest = [pair for pair in query.split("&") if pair and unquote(pair.partition("=")[0]) not in own]
    together = urlunsplit(parts._replace(query="&".join([*filter(None, [parts.query]), *rest])))
    return together if len(together) <= LONGEST else url
