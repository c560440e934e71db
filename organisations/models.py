"""Organisations: who buys, provides and pays, kept once and named by many pages."""

import re
import unicodedata
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from taxonomy.fields import term
from taxonomy.models import Facet


class Organisation(index.Indexed, models.Model):
    """An organisation that examples name, kept once and used by many."""

    name = models.CharField(max_length=200, unique=True, help_text="As it calls itself, for example “St Giles Trust”.")
    organisation_type = term(
        Facet.ORGANISATION,
        related_name="organisations",
        verbose_name="type",
        help_text="What it is, for example “Charity”. Readers filter by it.",
    )
    description = models.CharField(
        max_length=400,
        blank=True,
        help_text="One sentence: what it is and does, for example “A charity that helps people leave prison for good.”",
    )
    website = models.URLField(blank=True, help_text="Its own site, for example https://www.example.org/.")

    panels = [FieldPanel(name) for name in ("name", "organisation_type", "description", "website")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name"), index.FilterField("organisation_type")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def named(cls, name: str, but: int | None = None) -> Self | None:
        """The organisation (other than this one) whose name is the same but for capitals, spaces, punctuation and “The”."""
        key = name_key(name)
        rows = cls.objects.exclude(pk=but).values_list("pk", "name").iterator() if key else ()
        found = next((pk for pk, held in rows if name_key(held) == key), None)
        return cls.objects.get(pk=found) if found else None

    def clean(self) -> None:
        self.name = " ".join(self.name.split())
        held = Organisation.objects.filter(pk=self.pk).values_list("name", flat=True).first() if self.pk else None
        # One that has its double from before can be changed in all else.
        twin = None if held and name_key(held) == name_key(self.name) else Organisation.named(self.name, but=self.pk)
        if twin:
            raise ValidationError(
                {
                    "name": f"“{twin}” is in the list already. Choose that one, or add what tells the two apart, such as a place."
                }
            )


def name_key(name: str) -> str:
    """What is left of a name without capitals, spaces, punctuation and a “The” at its beginning."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    return "".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)
