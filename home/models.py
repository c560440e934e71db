from typing import Any

from django.db import models
from django.http import HttpRequest
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page
from wagtail.search import index

from caching.version import cached_per_version
from core.restrictions import CachedRestrictions
from home.glossary import GlossaryPage  # noqa: F401 (Django finds models through this module)
from home.plain_page import PlainPage
from search.documents import plain_from_html


class HomePage(CachedRestrictions, Page):
    """The front page: what this is, the search box, the ways in."""

    heading = models.CharField(
        max_length=120,
        default="Find out what worked, before you commission it.",
        help_text="One sentence that says what this is.",
    )
    introduction = models.CharField(
        max_length=300,
        blank=True,
        help_text="One sentence below the heading: what people find here.",
    )
    questions = models.TextField(
        "example questions",
        blank=True,
        max_length=300,
        help_text="What people might search for, one a line, shown below the search box. Three read best, for example “help people leave gangs”.",
    )
    lead = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="lead example",
        help_text="Shown large. Left empty, it is the newest one.",
    )

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel("heading"), FieldPanel("introduction"), FieldPanel("questions")], heading="Opening"
        ),
        MultiFieldPanel(
            [
                PageChooserPanel("lead", "casestudies.CaseStudyPage"),
                InlinePanel("featured", label="example", heading="Other examples", max_num=4),
                HelpPanel("Where you choose fewer than four others, the newest ones fill the places."),
            ],
            heading="Examples",
        ),
    ]

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """The lists and plain pages right below are few and asked for all the time: they are remembered."""
        if path_components and self.live:
            below = cached_per_version(f"pages below {self.pk}", self._below).get(path_components[0])
            if below:
                return below.route(request, path_components[1:])
        return super().route(request, path_components)

    def _featured(self) -> list[int | None]:
        return [row.page_id for row in self.featured.all()]

    def _below(self) -> dict[str, Page]:
        return {page.slug: page for page in self.get_children().specific()[:50]}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home.front_page import front_page

        is_draft = bool(getattr(self, "_cluster_related_objects", None))
        chosen = [
            self.lead_id,
            *(self._featured() if is_draft else cached_per_version(f"featured on {self.pk}", self._featured)),
        ]
        return super().get_context(request, *args, **kwargs) | front_page(chosen, self.questions.splitlines())


class FeaturedExample(Orderable):
    home = ParentalKey(HomePage, related_name="featured", on_delete=models.CASCADE)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="+", verbose_name="example")

    panels = [PageChooserPanel("page", "casestudies.CaseStudyPage")]


class ContentPage(PlainPage):
    """A plain page: what the site is, its privacy notice, its rules."""

    introduction = models.CharField(
        max_length=300, blank=True, help_text="One sentence that says what the page answers."
    )
    body = RichTextField(blank=True, features=["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link"])
    revised = models.DateField(
        null=True, blank=True, help_text="The day of the last change that readers should know of, shown at the end."
    )

    date_field = "revised"
    parent_page_types = ["home.HomePage", "home.ContentPage"]
    subpage_types = ["home.ContentPage"]
    template = "home/content_page.html"
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body"), FieldPanel("revised")]
    search_fields = [*Page.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "plain page"

    @property
    def search_summary(self) -> str:
        return self.introduction or self.search_description

    def search_body(self) -> str:
        return plain_from_html(self.body)
