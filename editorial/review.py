"""Reviews: when a page is looked at again and by whom, and what is past that date. Page types take part by `Reviewed`."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page, get_page_models
from wagtail.permissions import policy_registry

SOON = datetime.timedelta(days=30)


class Reviewed(models.Model):
    """A page that somebody looks at again. What is past its date is marked, never taken away."""

    last_reviewed = models.DateField(
        null=True, blank=True, help_text="The day on which somebody last checked all of it, for example 1 May 2024."
    )
    review_date = models.DateField(
        "next review",
        null=True,
        blank=True,
        help_text="When to check it again, for example a year from now. After that day readers see that it may be out of date.",
    )
    review_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who checks it, for example yourself. The reminder goes to this person.",
    )

    class Meta:
        abstract = True

    @property
    def review_overdue(self) -> bool:
        """Whether the day of the review has passed where the site is."""
        return self.review_date is not None and self.review_date < timezone.localdate()


def possible_owners(current: int | None = None) -> QuerySet[Any]:
    """The people who may write pages, and the one who is the owner now: not every account of the community."""
    writers = policy_registry.get_by_type(Page).users_with_any_permission({"add", "change", "publish"})
    people = get_user_model().objects.filter(Q(pk__in=writers.values("pk")) | Q(pk=current))
    return people.order_by("last_name", "first_name", "email")


class ReviewReminder(models.Model):
    """That somebody was reminded of one review date of one page, and when last. No owner: the site's contact was."""

    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    review_date = models.DateField()
    sent_at = models.DateTimeField()

    affects_readers = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "owner", "review_date"],
                condition=Q(owner__isnull=False),
                name="review_reminder_unique",
            ),
            models.UniqueConstraint(
                fields=["page", "review_date"], condition=Q(owner__isnull=True), name="review_reminder_unowned_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.review_date}"


def reviewed_models() -> list[type[Page]]:
    return [model for model in get_page_models() if issubclass(model, Reviewed)]


def value_of(name: str, kinds: list[type[Page]]) -> Any:
    """An expression over `Page.objects`: the value of this field, or of what it leads to ("owner__email"), on those of
    these page types that have it; null on others."""
    field = name.split("__")[0]
    paths = [kind._meta.pk.related_query_name() for kind in kinds if _has(kind, field)]
    if not paths:
        return models.Value(None, output_field=models.CharField())
    found = [F(f"{path}__{name}") for path in paths]
    return found[0] if len(found) == 1 else Coalesce(*found)


def _has(kind: type[Page], field: str) -> bool:
    return any(one.name == field for one in kind._meta.get_fields())


def due(pages: QuerySet[Page], until: datetime.date) -> QuerySet[Page]:
    """Those of these pages that are live and whose review is due by this day, the oldest first, each with `due_on`
    and `reviewer_id`."""
    kinds = reviewed_models()
    found = pages.filter(live=True).annotate(
        due_on=value_of("review_date", kinds), reviewer_id=value_of("review_owner", kinds)
    )
    return found.filter(due_on__lte=until).order_by("due_on", "pk")
