"""E-bulletins: the archive and its issues. An issue is written once and read on the web, in mail and as plain text."""

import datetime
from typing import Any

from csp.constants import UNSAFE_INLINE
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from bulletins import archive, panels
from bulletins.blocks import TEXT_FEATURES, SectionsBlock
from bulletins.forms import BulletinForm
from bulletins.readers import models as readers_models  # noqa: F401  (Django looks for models here)
from bulletins.sending import models as sending_models  # noqa: F401
from core.findable import Findable, indexable
from core.restrictions import CachedRestrictions
from editorial.publishing import CompleteWhenPublished


class Season(models.IntegerChoices):
    """The quarters in the order of the year. Winter belongs to the year in which it begins."""

    SPRING = 1, "spring"
    SUMMER = 2, "summer"
    AUTUMN = 3, "autumn"
    WINTER = 4, "winter"


def this_year() -> int:
    """The year whose season it is now: January and February belong to the winter before."""
    today = timezone.localdate()
    return today.year - (today.month < 3)


def this_season() -> int:
    return (timezone.localdate().month - 3) % 12 // 3 + 1


class BulletinIndexPage(CachedRestrictions, Page):
    """The archive of issues, newest first, with the form to subscribe."""

    introduction = models.CharField(
        max_length=300,
        blank=True,
        help_text="One sentence above the list, for example “What is new in commissioning, four times a year.”",
    )

    max_count = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["bulletins.BulletinPage"]
    template = "bulletins/bulletin_index_page.html"
    content_panels = [*Page.content_panels, "introduction"]

    class Meta:
        verbose_name = "e-bulletin archive"

    def issues(self) -> models.QuerySet["BulletinPage"]:
        """What readers may see of the archive, newest first."""
        found = indexable(BulletinPage.objects.child_of(self))
        return found.select_related("sent_copy").order_by("-year", "-season", "-pk")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "atom":
            return archive.feed(self, request)
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | archive.archive_context(self, request)


class BulletinPage(CompleteWhenPublished, Findable):
    """One issue. Its address follows its year and season."""

    issue_number = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
        help_text="For example 12. Given by itself to a new issue.",
    )
    year = models.PositiveSmallIntegerField(
        default=this_year,
        validators=[MinValueValidator(1990), MaxValueValidator(2100)],
        help_text="The year of the issue, for example 2007.",
    )
    season = models.PositiveSmallIntegerField(
        choices=Season,
        default=this_season,
        help_text="Winter belongs to the year in which it begins: December 2007 is winter 2007. Year and season make the address.",
    )
    editorial = RichTextField(
        blank=True,
        features=["h2", "h3", *TEXT_FEATURES],
        help_text="What stands above everything else: a few sentences on what matters this quarter.",
    )
    sections = StreamField(
        SectionsBlock(),
        blank=True,
        help_text="For example “Children and families”, with case studies and news. “Suggest this quarter’s content” above adds what is new since the last issue.",
    )
    subject = models.CharField(
        max_length=200,
        blank=True,
        help_text="The mail’s subject, for example “Winter 2007: a year of the action plan”. Up to 60 characters are shown whole.",
    )
    preheader = models.CharField(
        max_length=200,
        blank=True,
        help_text="The line that mail programs show after the subject, for example “Five examples, pilots and new funds.”",
    )
    as_at = models.DateField(
        "as at",
        null=True,
        blank=True,
        help_text="The day for which all of this is true, for example 1 December 2007. Left empty, the day it is published.",
    )
    source = models.TextField(
        "source citation",
        blank=True,
        help_text="Where the news is from, for example “Annual report, Office of the Third Sector, 2007”.",
    )

    kind = "bulletin"
    label = "E-bulletin"
    plural = "E-bulletins"
    kind_order = 70
    is_news = False
    asks_if_useful = False
    date_field = "filed_on"
    summary_field = "search_summary"
    parent_page_types = ["bulletins.BulletinIndexPage"]
    subpage_types: list[str] = []
    template = "bulletins/bulletin_page.html"
    base_form_class = BulletinForm
    content_panels = panels.ISSUE
    promote_panels = panels.PROMOTE
    edit_handler = panels.bulletin_handler()
    search_fields = [*Page.search_fields, index.SearchField("subject"), index.FilterField("year")]

    class Meta:
        verbose_name = "e-bulletin"
        permissions = [("send_bulletin", "Can send e-bulletins")]

    @property
    def season_name(self) -> str:
        return Season(self.season).label

    @property
    def quarter(self) -> str:
        """For example “Winter 2007”."""
        return f"{self.season_name.capitalize()} {self.year}"

    @property
    def filed_on(self) -> datetime.date | None:
        """The day that its editor gave, else the day it was first published."""
        if self.as_at or not self.first_published_at:
            return self.as_at
        return timezone.localdate(self.first_published_at)

    @property
    def sent(self) -> "SentCopy | None":
        """What its readers got; None before it was sent."""
        return getattr(self, "sent_copy", None)

    def _follow_season(self) -> None:
        if self.year in range(1000, 10_000) and self.season in Season:
            self.slug = f"{self.year}-{self.season_name}"
            taken = BulletinPage.objects.filter(slug=self.slug).exclude(pk=self.pk).first()
            if taken:
                problem = f"There is an issue for {self.season_name} {self.year} already: “{taken.title}”."
                raise ValidationError({"season": problem})

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._follow_season()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        self._follow_season()
        super().minimal_clean()

    def half_entered(self) -> dict[str, str]:
        others = BulletinPage.objects.exclude(pk=self.pk)
        twin = others.filter(issue_number=self.issue_number).first() if self.issue_number else None
        return {"issue_number": f"“{twin.title}” is number {self.issue_number} already."} if twin else {}

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        return [("", "Web page"), ("mail", "Mail"), ("text", "Plain text")]

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        if mode_name not in ("mail", "text"):
            return super().get_preview_context(request, mode_name)
        from bulletins.rendering import letter_for

        return {"letter": letter_for(self)}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        if mode_name not in ("mail", "text"):
            return super().serve_preview(request, mode_name)
        letter = self.get_preview_context(request, mode_name)["letter"]
        if mode_name == "text":
            return HttpResponse(letter.text, content_type="text/plain; charset=utf-8")
        response = HttpResponse(letter.html)
        # A mail has all its style within it, which public pages may not have.
        response._csp_update = {"style-src": [UNSAFE_INLINE]}  # type: ignore[attr-defined]
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from bulletins.rendering import web_context

        return super().get_context(request, *args, **kwargs) | web_context(self)

    @property
    def search_summary(self) -> str:
        return self.search_description or self.preheader

    def search_body(self) -> str:
        from bulletins.documents import text_of

        return text_of(self)


class SentCopy(models.Model):
    """An issue as its readers got it. Not a part of the page: a revision that is published later must not undo it."""

    page = models.OneToOneField(BulletinPage, on_delete=models.CASCADE, related_name="sent_copy")
    sent_at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    html = models.TextField()
    text = models.TextField()

    class Meta:
        verbose_name_plural = "sent copies"

    def __str__(self) -> str:
        return f"{self.page_id}: {self.sent_at:%Y-%m-%d}"
