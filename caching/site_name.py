"""What the site is called, for every part that says so, those that know no page included."""

from django.conf import settings
from wagtail.models import Site

from caching.version import remember


def site_name() -> str:
    """The name that administrators gave the site (home.models.SiteSettings keeps it in Wagtail's record of the site), or
    else settings.WAGTAIL_SITE_NAME; on one line."""
    return remember("site name", _read) or settings.WAGTAIL_SITE_NAME


def _read() -> str:
    found = Site.objects.filter(is_default_site=True).values_list("site_name", flat=True).first()
    return " ".join((found or "").split())
