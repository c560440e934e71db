"""What the rows of a note and of a template contract have in common."""

from django.db import models
from wagtail.models import Orderable


class Label(models.TextChoices):
    BENEFIT = "benefit", "Benefit"
    BARRIER = "barrier", "Barrier"


class Labelled(Orderable):
    """Something that speaks for a practice, or that stands in its way."""

    label = models.CharField(
        max_length=10,
        choices=Label,
        help_text="Whether it speaks for the practice or stands in its way.",
    )

    class Meta(Orderable.Meta):
        abstract = True
