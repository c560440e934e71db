"""Keeps Wagtail's site record equal to SITE_URL, which is the one place where the address is set."""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site


def align_site() -> None:
    """Give the default site the host and port of SITE_URL; does nothing where there is no site yet."""
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first()
    if site and (site.hostname, site.port) != (address.hostname, port):
        site.hostname, site.port = address.hostname or "localhost", port
        site.save()
