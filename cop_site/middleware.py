"""Small middleware of ours: the admin's own security policy, and query strings no part behind can choke on."""

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from wagtail.models import Site

from caching.version import cached_per_version, is_remembering

GetResponse = Callable[[HttpRequest], HttpResponse]

# The Wagtail admin ships inline script and style, data: icons and blob: previews; public pages have none of them.
ADMIN_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-src": [SELF, "blob:"],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
}


def admin_policy(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/admin/"):
            # A preview comes through all middleware as the public page that it shows, so it has a policy already:
            # it keeps the public one, except that the editor may frame it.
            is_preview = "Content-Security-Policy" in response
            del response["Content-Security-Policy"]
            policy = {"frame-ancestors": [SELF]} if is_preview else ADMIN_POLICY
            response._csp_replace = policy  # type: ignore[attr-defined]
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    return middleware


def remembered_site(get_response: GetResponse) -> GetResponse:
    """Wagtail asks the database for the site and its root page with each request; they are the same until content changes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_remembering():  # else Wagtail asks by itself, where anything needs the site at all
            host = request.get_host()
            request._wagtail_site = cached_per_version(f"site {host}", lambda: _site(request))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _site(request: HttpRequest) -> Site | None:
    try:
        site = Site.find_for_request(request)
    except DatabaseError:
        return None
    if site:
        site.root_page = site.root_page.specific
    return site


def clean_query(get_response: GetResponse) -> GetResponse:
    """Drop NUL characters from the query string: PostgreSQL refuses them, and no address of ours has a use for them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "").replace("\0", "")
        return get_response(request)

    return middleware
