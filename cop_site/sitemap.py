from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from home.browse import WAYS


class BrowseSitemap(Sitemap):
    """The lists of terms, which are no pages of the tree."""

    def items(self) -> list[str]:
        return list(WAYS)

    def location(self, item: str) -> str:
        return reverse(item)

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


SITEMAPS = {"pages": PageSitemap, "browse": BrowseSitemap}
