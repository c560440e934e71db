"""What pages share in the database: images and documents with their licence, and the settings of the site."""

import io
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.http import HttpRequest
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, SourceImageIOError
from wagtail.models import Orderable, Page
from wagtail.search import index

from caching.site_name import site_name
from caching.version import cached_per_version
from core.image_files import ORIGINALS, OriginalFile, rendition_name, without_metadata
from core.rate_limits import LimitedUse  # noqa: F401 (Django finds models through this module)


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
    """A picture with what a reader who cannot see it needs, and whom to thank for it. Its file is stored without metadata
    and shown to editors only; the public gets renditions."""

    alt_text = models.CharField(
        "alternative text",
        max_length=250,
        blank=True,
        help_text="What the picture shows, for people who cannot see it. Leave empty only for decoration.",
    )
    credit = models.CharField(max_length=150, blank=True, help_text="Who made the picture.")
    licence = models.CharField(max_length=20, choices=Licence, blank=True)

    # Wagtail's own description would be a second field for the same thing.
    admin_form_fields = (
        *("title", "file", "alt_text", "credit", "licence", "collection", "tags"),
        *("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height"),
    )
    search_fields = [*AbstractImage.search_fields, index.SearchField("alt_text"), index.AutocompleteField("alt_text")]

    @property
    def default_alt_text(self) -> str:
        return self.alt_text

    @property
    def is_clean(self) -> bool:
        return str(self.file.name).startswith(f"{ORIGINALS}/")

    def get_upload_to(self, filename: str) -> str:
        return f"{ORIGINALS}/{Path(super().get_upload_to(filename)).name}"

    def get_rendition(self, filter: Filter | str) -> "SiteRendition":  # noqa: A002 (Wagtail's name)
        """The full size is no rendition: the admin links to it, and no public copy of it is made."""
        if getattr(filter, "spec", filter) == "original":
            return SiteRendition(
                image=self, filter_spec="original", file=self.file.name, width=self.width, height=self.height
            )
        return super().get_rendition(filter)

    def generate_rendition_file(self, filter: Filter, *, source: File | None = None) -> File:  # noqa: A002
        """Wagtail copies EXIF into each JPEG and PNG: a file that is not cleaned yet is cleaned first."""
        if not self.is_clean:
            try:
                with nullcontext(source) if source else self.open_file() as file:
                    source = File(io.BytesIO(without_metadata(file, most_pixels=None)), name=self.file.name)
            except ValidationError as error:
                raise SourceImageIOError(str(error)) from error
        return super().generate_rendition_file(filter, source=source)


# Set here and not by a field of ours: that would come after width, height, size and hash, which are stored in this order.
SiteImage._meta.get_field("file").attr_class = OriginalFile


class SiteRendition(AbstractRendition):
    image = models.ForeignKey(SiteImage, on_delete=models.CASCADE, related_name="renditions")

    affects_readers = False  # it is made while a page is shown, and belongs to an image that tells of itself

    @property
    def url(self) -> str:
        return self.image.file.url if self.filter_spec == "original" else self.file.url

    def get_upload_to(self, filename: str) -> str:
        return rendition_name(filename)

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)


class SiteDocument(AbstractDocument):
    """A file to download, with who may be thanked for it and on what terms it may be used again."""

    credit = models.CharField(max_length=150, blank=True, help_text="Who wrote the document.")
    licence = models.CharField(max_length=20, choices=Licence, blank=True)

    admin_form_fields = (*WagtailDocument.admin_form_fields, "credit", "licence")


class HasImage(models.Model):
    """A page with a photograph for its head and its card. Without one its cover is drawn (core.covers)."""

    picture = models.ForeignKey(
        SiteImage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A photograph of the work itself, with consent of the people in it. Without one a cover is drawn.",
    )

    class Meta:
        abstract = True


@register_setting(icon="site", order=10)
class SiteSettings(BaseSiteSetting, ClusterableModel):
    """What the site is called, who runs it, and what its footer links to."""

    name = models.CharField(max_length=60, default=site_name, help_text="Stands beside the ring on every page.")
    strapline = models.CharField(
        max_length=200,
        default="What works, shared by people who buy public services and people who provide them.",
        blank=True,
        help_text="One sentence at the foot of every page.",
    )
    organisation = models.CharField(
        "run by",
        max_length=120,
        blank=True,
        help_text="The body that answers for the site, for example a council or a network.",
    )
    # A site's own text is not "used with permission".
    licence = models.CharField(
        "licence of the text",
        max_length=20,
        choices=[(one.value, one.label) for one in (Licence.CC_BY, Licence.OGL)],
        blank=True,
        help_text="On what terms others may copy what is written here, where a page names no licence of its own. Shown in the footer.",
    )
    contact_email = models.EmailField(
        "contact address", blank=True, help_text="Where readers and the site itself write to. Shown in the footer."
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("strapline"),
        MultiFieldPanel([FieldPanel("organisation"), FieldPanel("contact_email")], heading="Who runs it"),
        FieldPanel("licence"),
        InlinePanel("links", label="link", heading="Links in the footer"),
        HelpPanel(
            "The heading, the example questions and the examples of the front page are chosen on the home page itself."
        ),
    ]

    class Meta:
        verbose_name = "site settings"

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Wagtail's own record carries the name too: parts that know nothing of these settings read it there."""
        super().save(*args, **kwargs)
        if self.site.site_name != self.name:
            self.site.site_name = self.name
            self.site.save()

    @classmethod
    def current(cls) -> "SiteSettings":
        """Those of the one site; where nobody has saved any yet, what is true without them."""
        return cached_per_version(
            "site settings", lambda: cls.objects.filter(site__is_default_site=True).first() or cls()
        )

    @property
    def publisher(self) -> str:
        """Who answers for what is published here."""
        return self.organisation or self.name

    @property
    def licence_url(self) -> str:
        return Licence(self.licence).url if self.licence else ""

    def footer(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Label and address of each link, less those to pages that not everybody may see."""
        rows = list(self.links.all()) if self.pk else []
        pages = Page.objects.live().public().in_bulk([row.page_id for row in rows if row.page_id])
        found = []
        for row in rows:
            page = pages.get(row.page_id)
            if page or row.address:
                found.append((row.label or page.title, page.get_url(request) if page else row.address))
        return found


class FooterLink(Orderable):
    """A link to a page here, or to an address elsewhere."""

    settings = ParentalKey(SiteSettings, related_name="links", on_delete=models.CASCADE)
    label = models.CharField(max_length=60, blank=True, help_text="Left empty, it is the page's title.")
    page = models.ForeignKey(Page, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    address = models.URLField("or an address elsewhere", blank=True)

    panels = [FieldPanel("label"), FieldPanel("page"), FieldPanel("address")]

    def clean(self) -> None:
        if bool(self.page_id) == bool(self.address):
            raise ValidationError("Choose either a page or an address.")
        if self.address and not self.label:
            raise ValidationError({"label": "A link to an address needs words."})
