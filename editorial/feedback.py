"""Was this page useful? Yes or no, and a line to the editors if the reader likes. Nothing is kept about who said it."""

from datetime import timedelta

from django import forms
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from wagtail.models import Page

from core.findable import Findable
from core.open_forms import check_text
from core.rate_limits import Limit, counted

LONGEST = 500
PAGE, NETWORK = "useful-page", "useful-network"
# A council's readers may all come from one address: these stop a flood, not a second opinion.
PER_PAGE, PER_NETWORK = 5, 60
REACHED = {
    PAGE: "This page had as many answers from your place today as we count in a day.",
    NETWORK: "We had as many answers from your place today as we count in a day.",
}


class Feedback(models.Model):
    """One answer, with the day and nothing else about the reader."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="feedback")
    useful = models.BooleanField()
    line = models.TextField("line to the editors", max_length=LONGEST, blank=True)
    day = models.DateField(default=timezone.localdate, db_index=True)

    affects_readers = False

    class Meta:
        ordering = ["-day", "-pk"]
        default_permissions = ("view", "delete")
        verbose_name = "answer to “Was this useful?”"
        verbose_name_plural = "answers to “Was this useful?”"

    def __str__(self) -> str:
        return f"{self.page_id}: {'yes' if self.useful else 'no'}"


class UsefulForm(forms.Form):
    useful = forms.ChoiceField(
        choices=[("yes", "Yes"), ("no", "No")],
        error_messages={"required": "Choose yes or no.", "invalid_choice": "Choose yes or no."},
    )
    line = forms.CharField(
        label="A line to the editors (optional)",
        required=False,
        max_length=LONGEST,
        validators=[check_text],
        help_text=f"At most {LONGEST} characters. Please name nobody.",
        error_messages={"max_length": "Use at most %(limit_value)d characters; there are %(show_value)d."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # A browser would cut what is pasted without a word.
        self.fields["line"].widget.attrs.pop("maxlength", None)


def asked_about(page_id: int) -> Page | None:
    """The page, if everybody may read it and its type asks whether it was useful (`asks_if_useful`)."""
    page = Page.objects.live().public().filter(pk=page_id).specific().first()
    return page if isinstance(page, Findable) and page.asks_if_useful else None


def tell(page: Page, useful: bool, line: str, network: str) -> None:
    """Count an answer. Raises LimitReached."""
    limits = (
        Limit(PAGE, f"{page.pk}\n{network}", PER_PAGE, timedelta(days=1)),
        Limit(NETWORK, network, PER_NETWORK, timedelta(days=1)),
    )
    with counted(*limits):
        Feedback.objects.create(page_id=page.pk, useful=useful, line=line.strip())


def with_counts(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Those of these pages that were answered about, each with `yes`, `no` and `lines`."""
    yes, no = Count("feedback", filter=Q(feedback__useful=True)), Count("feedback", filter=Q(feedback__useful=False))
    lines = Count("feedback", filter=~Q(feedback__line=""))
    return pages.filter(feedback__isnull=False).annotate(yes=yes, no=no, lines=lines)
