"""What a page made from a source says of it."""

from django.db import models

from core.models import Licence


class Sourced(models.Model):
    """A page made from a source: which, for which day it is true, and on what terms it may be copied."""

    as_at = models.DateField(
        "as at",
        null=True,
        help_text="The day for which all of this is true, for example 1 December 2007. Readers judge its age by it.",
    )
    source = models.TextField(
        "source citation",
        help_text="Title, author or body, year, for example “Annual review, St Giles Trust, 2007”.",
    )
    source_address = models.CharField(
        "where the source was published",
        max_length=300,
        blank=True,
        help_text="For example “published in 2007 at www.example.org/report.pdf”. Printed as text, never as a link: such addresses die.",
    )
    licence = models.CharField(
        max_length=20,
        choices=Licence,
        blank=True,
        help_text="On what terms others may copy it, for example “Open Government Licence” for a council's own text.",
    )

    class Meta:
        abstract = True
