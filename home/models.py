from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page

from home.front import front_page
from home.limits import LimitedUse  # noqa: F401 (Django finds models through this module)


class Licence(models.TextChoices):
    CC_BY = "cc-by-4.0", "Creative Commons Attribution 4.0"
    OGL = "ogl-3.0", "Open Government Licence 3.0"
    RESERVED = "reserved", "All rights reserved, used with permission"

    @property
    def url(self) -> str:
        return {
            Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
            Licence.OGL: "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        }.get(self, "")


class SiteImage(AbstractImage):
    """A picture with what a reader who cannot see it needs, and whom to thank for it."""

    alt_text = models.CharField(
        "alternative text",
        max_length=250,
        blank=True,
        help_text="What the picture shows, for people who cannot see it. Leave empty only for decoration.",
    )
    credit = models.CharField(max_length=150, blank=True, help_text="Who made the picture.")
    licence = models.CharField(max_length=20, choices=Licence, blank=True)

    admin_form_fields = (*Image.admin_form_fields, "alt_text", "credit", "licence")

    @property
    def default_alt_text(self) -> str:
        return self.alt_text


class SiteRendition(AbstractRendition):
    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class SiteDocument(AbstractDocument):
    """A file to download, with who may be thanked for it and on what terms it may be used again."""

    credit = models.CharField(max_length=150, blank=True, help_text="Who wrote the document.")
    licence = models.CharField(max_length=20, choices=Licence, blank=True)

    admin_form_fields = (*Document.admin_form_fields, "credit", "licence")


class HomePage(Page):
    """The front page: what this is, the search box, the ways in."""

    heading = models.CharField(max_length=120, default="Find out what worked, before you commission it.")
    introduction = models.CharField(
        max_length=300,
        blank=True,
        help_text="One sentence below the heading: what people find here.",
    )

    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"
    content_panels = [*Page.content_panels, FieldPanel("heading"), FieldPanel("introduction")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | front_page()
