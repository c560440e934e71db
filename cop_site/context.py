from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from caching.version import cached_per_version
from core.models import SiteSettings


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template needs. The settings are read only where a template asks for them, and their defaults stand in
    where the database cannot be asked, so that the page of an error is never an error itself."""
    host = request._get_raw_host()  # type: ignore[attr-defined]  # the page that refuses a host is rendered here too
    found = SimpleLazyObject(_settings)
    footer = f"footer for {host}"
    return {
        "site_settings": found,
        "footer_links": SimpleLazyObject(lambda: cached_per_version(footer, lambda: found.footer(request))),
        "site_title": SimpleLazyObject(lambda: found.name),
        "site_url": settings.SITE_URL,
        "canonical_url": settings.SITE_URL + request.path,
    }


def _settings() -> SiteSettings:
    try:
        return SiteSettings.current()
    except DatabaseError:
        return SiteSettings(name=settings.WAGTAIL_SITE_NAME)
