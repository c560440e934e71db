"""Keeps Wagtail's site record equal to SITE_URL, which is the one place where the address is set."""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site


def align_site() -> None:
    """Give the default site the host and port of SITE_URL; does nothing where there is no site yet."""
    site = Site.objects.filter(is_default_site=True).first()
    if site and (site.hostname, site.port) != host_and_port():
        site.hostname, site.port = host_and_port()
        site.save()


def host_and_port() -> tuple[str, int]:
    """Those of SITE_URL."""
    url = urlsplit(settings.SITE_URL)
    return url.hostname or "localhost", url.port or (443 if url.scheme == "https" else 80)
