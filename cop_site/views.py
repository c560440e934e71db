"""Error pages, uploaded files, robots.txt: what belongs to no subject."""

import mimetypes
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

from cop_site import unavailable

# Shown in the page; everything else that was uploaded is offered as a download.
INLINE_IMAGES = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded file below MEDIA_ROOT. 404 for anything else; originals of documents go through Wagtail's own view,
    which checks their privacy."""
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
        inside = file.relative_to(Path(settings.MEDIA_ROOT).absolute())
        if inside.parts[0] == "documents" or not file.is_file():
            raise Http404
    except (SuspiciousFileOperation, ValueError, OSError):
        raise Http404 from None
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = FileResponse(file.open("rb"), content_type=kind, as_attachment=kind not in INLINE_IMAGES)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    if unavailable.explains(sys.exception()):
        return unavailable.page()
    # No request context: whatever broke must not be asked again.
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html", {"site_title": settings.WAGTAIL_SITE_NAME}), status=500)
