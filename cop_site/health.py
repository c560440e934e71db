"""/healthz and /readyz, for whoever watches the site or sends readers to it. No session, no template."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cop_site import readiness
from search import health as search_health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the site works: 503 only without the database."""
    try:
        if not readiness.has_database():
            raise DatabaseError
        well, search = search_health.state()
    except DatabaseError:
        return JsonResponse({"status": "degraded", "database": False, "search": search_health.unknown()}, status=503)
    well = well and readiness.is_migrated() and readiness.has_static_files()
    return JsonResponse({"status": "ok" if well else "degraded", "database": True, "search": search})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this host can answer pages: 503 until `manage.py prepare` has run here, and while a part is away."""
    parts = readiness.state()
    ready = all(parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
