"""The page cache: what an anonymous reader gets is kept, whole and compressed, until content changes. Who is logged in
reads the same content version, so that a page costs them no more to make, but nothing of theirs is stored."""

import gzip
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import brotli
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, parse_header_parameters

from caching import version
from caching.version import Version

logger = logging.getLogger("caching")
LIFE = 300  # seconds: a bound for the case that a process dies between a commit and raising the version
LARGEST = 1_000_000  # bytes of one entry
# Below these an answer is somebody's own, or a file that is cached otherwise.
NEVER = ("/admin/", "/media/", "/static/", "/documents/", "/_util/")
COMPRESSED = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg+xml")

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Stored:
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str
    changed: int  # seconds since 1970

    def packed(self) -> bytes:
        head = json.dumps([self.headers, self.etag, self.changed, len(self.body)])
        return head.encode() + b"\n" + self.body

    @classmethod
    def unpacked(cls, kept: bytes) -> "Stored":
        """Raises ValueError where it is not one, or not a whole one."""
        head, _, body = kept.partition(b"\n")
        headers, etag, changed, length = json.loads(head)
        if len(body) != length:
            raise ValueError("a page that was kept is not whole")
        return cls(tuple((name, value) for name, value in headers), body, etag, changed)

    def response(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(self.body)
        for name, value in self.headers:
            response.headers[name] = value
        return get_conditional_response(request, self.etag, self.changed, response) or response


def page_cache(get_response: GetResponse) -> GetResponse:
    """Stands before all other middleware, so that what is stored is what is sent, headers and all."""
    store = caches["pages"]

    def middleware(request: HttpRequest) -> HttpResponse:
        if getattr(request, "is_dummy", False):  # Wagtail's preview of a draft comes through all middleware
            with version.paused():
                return get_response(request)
        if not _is_page(request):
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return _private(request, get_response(request))
        found = version.begin_request()
        try:
            if found is None or connection.in_atomic_block or _is_personal(request):
                return _private(request, get_response(request))
            encoding = best_encoding(request.headers.get("Accept-Encoding", ""))
            key = _key(request, found, encoding)
            held = _get(store, key)
            if held is None:
                response = get_response(request)
                if not _is_public(response):
                    return response
                held = _pack(response, found, encoding)
                if request.method == "GET" and len(held.body) <= LARGEST:
                    _set(store, key, held)
                return get_conditional_response(request, held.etag, held.changed, response) or response
            return held.response(request)
        finally:
            version.end_request()

    return middleware


def _is_page(request: HttpRequest) -> bool:
    if request.path_info.startswith(NEVER):
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _is_personal(request: HttpRequest) -> bool:
    """Whether the answer may be meant for one person: somebody who is logged in, or who knows a page's password."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers


def _private(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer; where it may be meant for one person, it says that nobody else may get it."""
    if _is_personal(request):
        told = {} if response.has_header("Cache-Control") else {"no_cache": True}
        patch_cache_control(response, private=True, **told)
    return response


def _is_public(response: HttpResponse) -> bool:
    control = response.headers.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not any(word in control for word in ("private", "no-store", "no-cache"))
        and not response.has_header("Content-Encoding")
    )


def _key(request: HttpRequest, found: Version, encoding: str) -> str:
    # The day: pages say what is overdue.
    parts = (
        request.scheme or "",
        request.get_host(),
        request.path_info,  # of one path more than one part may be the page's, by SCRIPT_NAME
        request.get_full_path(),
        encoding,
        timezone.localdate().isoformat(),
    )
    text = "\n".join((found.key, *parts))
    return blake2b(text.encode(errors="surrogateescape"), digest_size=20).hexdigest()


def _pack(response: HttpResponse, found: Version, encoding: str) -> Stored:
    body = response.content
    digest = blake2b(body, digest_size=12).hexdigest()
    if encoding and len(body) > 500 and response.headers.get("Content-Type", "").startswith(COMPRESSED):
        body = brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 6, mtime=0)
        response.content = body
        response.headers["Content-Encoding"] = encoding
        digest = f"{digest}-{encoding}"
    changed = int(found.changed_at.timestamp())
    etag = f'"{digest}"'
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed)
    # Kept by browsers, but asked for each time: an edit is seen at once.
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Content-Length"] = str(len(body))
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return Stored(tuple(response.headers.items()), body, etag, changed)


def best_encoding(accepted: str) -> str:
    """The best encoding that the reader takes and we have: br, gzip or none (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted.split(",")[:20]:
        name, parameters = parse_header_parameters(part)
        try:
            weights[name.strip().lower()] = float(parameters.get("q", "1") or "1")
        except ValueError:
            weights[name.strip().lower()] = 0.0
    rest = weights.get("*", 0.0)
    chosen = max(("br", "gzip"), key=lambda name: weights.get(name, rest))
    return chosen if weights.get(chosen, rest) > 0 else ""


def _get(store: Any, key: str) -> Stored | None:
    try:
        kept = store.get(key)
        return None if kept is None else Stored.unpacked(kept)
    except Exception:
        # What another release left there may not be readable: that makes a page slow, never wrong.
        logger.warning("the page cache cannot be read", exc_info=True)
        return None


def _set(store: Any, key: str, held: Stored) -> None:
    try:
        store.set(key, held.packed(), LIFE)
    except Exception:
        logger.warning("the page cache cannot be written", exc_info=True)
