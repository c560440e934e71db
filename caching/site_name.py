"""What the site is called, for every part that says so, those that know no page included."""

import re

from django.conf import settings
from wagtail.models import Site

from caching.version import cached_per_version

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def site_name() -> str:
    """The name that administrators gave the site (home.models.SiteSettings keeps it in Wagtail's record of the site), or
    else settings.WAGTAIL_SITE_NAME; on one line, and without characters that no feed can hold."""
    return cached_per_version("site name", _read) or settings.WAGTAIL_SITE_NAME


def _read() -> str:
    found = Site.objects.filter(is_default_site=True).values_list("site_name", flat=True).first()
    return " ".join(_NOT_XML.sub("", found or "").split())
