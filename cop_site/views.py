"""Error pages, uploaded files, robots.txt: what belongs to no subject."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

from cop_site import unavailable
from core.image_files import AVATARS, RENDITIONS
from core.image_views import image_response


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """A rendition, or for people of the admin a photograph of one of them. 404 for all else below MEDIA_ROOT: originals
    of pictures and documents have views of their own, which check who asks."""
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
        folder = file.relative_to(Path(settings.MEDIA_ROOT).absolute()).parts[0]
        is_public = folder == RENDITIONS
        may_see = is_public or (folder == AVATARS and request.user.has_perm("wagtailadmin.access_admin"))
        if not may_see or not file.is_file():
            raise Http404
        return image_response(file, "public, max-age=31536000, immutable" if is_public else "private, no-store")
    except (SuspiciousFileOperation, ValueError, IndexError, OSError):
        raise Http404 from None


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
    error = sys.exception()
    if unavailable.explains(error):
        return unavailable.page(request, error)
    # No request context: whatever broke must not be asked again.
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html", {"site_title": settings.WAGTAIL_SITE_NAME}), status=500)
