"""What the rows of a note and of a template contract have in common."""

from django.db import models
from wagtail.models import Orderable


class Label(models.TextChoices):
    BENEFIT = "benefit", "Benefit"
    BARRIER = "barrier", "Barrier"


class Labelled(Orderable):
    """A benefit of a practice, or a barrier to it."""

    label = models.CharField(
        max_length=10,
        choices=Label,
        help_text="Whether it is a benefit of the practice or a barrier to it.",
    )

    class Meta(Orderable.Meta):
        abstract = True
