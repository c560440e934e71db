from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from home.models import SiteSettings


def site(request: HttpRequest) -> dict[str, Any]:
    """What every template needs. The settings are read only where a template asks for them, and their defaults stand in
    where the database cannot be asked, so that the page of an error is never an error itself."""
    found = SimpleLazyObject(lambda: _settings(request))
    return {
        "site_settings": found,
        "footer_links": SimpleLazyObject(lambda: found.footer(request)),
        "site_title": SimpleLazyObject(lambda: found.name),
        "site_url": settings.SITE_URL,
        "canonical_url": settings.SITE_URL + request.path,
    }


def _settings(request: HttpRequest) -> SiteSettings:
    try:
        return SiteSettings.for_request(request)
    except (DatabaseError, ObjectDoesNotExist):
        return SiteSettings(name=settings.WAGTAIL_SITE_NAME)
