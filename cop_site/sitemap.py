from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from home.browse import BROWSE_LISTS
from organisations.mentions import mentioned
from organisations.models import Organisation
from search.answers import answer_or_none
from taxonomy.fields import all_terms
from taxonomy.models import SUBJECTS, Facet


class BrowseSitemap(Sitemap):
    """The lists of terms and the pages of those that have something to show, which are no pages of the tree."""

    def items(self) -> list[str]:
        found = answer_or_none({})
        counts = found.results.facets if found else {}
        used = {facet: {value.value for value in counts.get(facet.value, ()) if value.count} for facet in SUBJECTS}
        terms = [term for term in all_terms().values() if term.facet in SUBJECTS]
        shown = [term.url for term in terms if term.introduction or term.slug in used[Facet(term.facet)]]
        return [reverse(name) for name in BROWSE_LISTS] + shown

    def location(self, item: str) -> str:
        return item

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme


class OrganisationSitemap(BrowseSitemap):
    """The organisations that published pages name."""

    def items(self) -> list[str]:
        return [row.get_absolute_url() for row in Organisation.objects.filter(pk__in=mentioned())]


SITEMAPS = {"pages": PageSitemap, "browse": BrowseSitemap, "organisations": OrganisationSitemap}
