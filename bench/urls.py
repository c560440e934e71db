"""The site's addresses and /_util/bare/<name>: a view that returns bytes from memory, behind the same middleware as every
page, the page cache excepted (it never keeps what is below /_util/)."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from cop_site.urls import handler400, handler403, handler404, handler500
from cop_site.urls import urlpatterns as site_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@cache
def _body(name: str) -> bytes:
    return (settings.DATA_DIR / "bare" / name).read_bytes()


def bare(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_body(name))


def note_made(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: one byte more in a file for each page that this process makes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with (settings.DATA_DIR / "bare" / "made").open("ab") as made:
            made.write(b".")
        return get_response(request)

    return middleware


urlpatterns = [path("_util/bare/<slug:name>", bare), *site_urls]
