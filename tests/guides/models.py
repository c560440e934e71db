"""A kind of page as small as can be: what a new one takes (tests/test_findable.py)."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from core.detail_page import DetailPage
from core.listing import ListingPage
from core.sourced import Sourced
from editorial.review import Reviewed
from search.documents import plain_from_html
from taxonomy.drafts import ResolvesMergedTerms
from taxonomy.fields import terms
from taxonomy.models import Facet


class GuideIndexPage(ListingPage):
    template = "listing_page.html"
    listed = "guides.GuidePage"
    subpage_types = ["guides.GuidePage"]


class GuidePage(ResolvesMergedTerms, Reviewed, Sourced, DetailPage):
    kind = "guide"
    label = "Guide"
    plural = "Guides"
    FACETS = {"area": "areas"}
    template = "guides/guide_page.html"
    parent_page_types = ["guides.GuideIndexPage"]

    summary = models.CharField(max_length=200)
    body = RichTextField()
    areas = terms(Facet.AREA, related_name="guides")
    content_panels = [*DetailPage.content_panels, *map(FieldPanel, ("summary", "body", "areas", "as_at", "source"))]

    def search_body(self) -> str:
        return plain_from_html(self.body)
