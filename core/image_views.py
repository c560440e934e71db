"""The original of a picture, for those who may use it."""

import mimetypes
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.permissions import policy_registry

from core.models import SiteImage

# Shown in the page; everything else that was uploaded is offered as a download.
INLINE_IMAGES = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}


@require_safe
def original(request: HttpRequest, image_id: int) -> FileResponse:
    """The file of a picture in full size, for who may choose or change pictures of its collection."""
    image = get_object_or_404(SiteImage, pk=image_id)
    policy = policy_registry.get_by_type(SiteImage)
    if not policy.user_has_any_permission_for_instance(request.user, ["choose", "change", "delete"], image):
        raise PermissionDenied
    try:
        return image_response(Path(image.file.path), "private, no-store")
    except OSError:
        raise Http404 from None


def image_response(file: Path, caching: str) -> FileResponse:
    """The file, never taken for anything but an image; `caching` is the header Cache-Control."""
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = FileResponse(file.open("rb"), content_type=kind, as_attachment=kind not in INLINE_IMAGES)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = caching
    return response
