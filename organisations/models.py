"""Organisations: who buys, provides and pays, kept once and named by many pages."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from taxonomy.fields import term
from taxonomy.glossary import names_in
from taxonomy.models import Facet

SLUG_LENGTH = 80


class OrganisationManager(models.Manager["Organisation"]):
    """The organisations without those that were merged into another."""

    def get_queryset(self) -> models.QuerySet["Organisation"]:
        return super().get_queryset().filter(merged_into=None)


class Organisation(index.Indexed, models.Model):
    """An organisation that examples name, kept once and used by many. Never a person.

    A row that has `merged_into` is an alias: it keeps the old slug answering and gives old drafts the organisation of
    today; `objects` leaves it out, `all_objects` holds it.
    """

    name = models.CharField(max_length=200, unique=True, help_text="Its own name, for example “St Giles Trust”.")
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
    place = models.CharField(max_length=120, blank=True, help_text="Where it is or works, for example Norfolk.")
    website = models.URLField(
        max_length=500, blank=True, help_text="Its website, for example https://www.example.org/."
    )
    other_names = models.TextField(
        blank=True, help_text="Short names and other spellings, one on each line. Search knows them."
    )
    former_names = models.TextField(
        blank=True, help_text="What it was called before, one on each line. Search knows them too."
    )
    slug = models.SlugField(max_length=SLUG_LENGTH, unique=True, editable=False, allow_unicode=True)
    merged_into = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="aliases")

    objects = OrganisationManager()
    all_objects: models.Manager["Organisation"] = models.Manager()
    FORM = ("name", "organisation_type", "description", "place", "website", "other_names", "former_names")
    panels = [FieldPanel(name) for name in FORM]
    search_fields = [
        *(index.SearchField(name) for name in ("name", "other_names", "former_names")),
        index.AutocompleteField("name"),
        index.FilterField("organisation_type"),
        index.FilterField("merged_into"),
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Made once: what the organisation is called may change, where it is found does not.
        self.slug = self.slug or free_slug(self.name, set(Organisation.all_objects.values_list("slug", flat=True)))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.slug])

    @classmethod
    def named(cls, name: str, but: int | None = None) -> Self | None:
        """The organisation (other than this one) that has this name, or had it, but for capitals, spaces, punctuation and “The”."""
        key = name_key(name)
        columns = ("pk", "merged_into", "name", "other_names", "former_names")
        for pk, merged_into, held, *others in cls.all_objects.values_list(*columns).iterator() if key else ():
            is_another = but is None or but not in (pk, merged_into)
            if is_another and any(name_key(one) == key for one in (held, *names_in("\n".join(others)))):
                return cls.all_objects.get(pk=merged_into or pk)
        return None

    @classmethod
    def find(cls, slug: str) -> Self | None:
        """The organisation that this slug leads to, be it an old one."""
        found = cls.all_objects.filter(slug=slug).select_related("merged_into").first()
        return found and (found.merged_into or found)

    def also_called(self) -> list[str]:
        return names_in(self.other_names)

    def formerly(self) -> list[str]:
        return names_in(self.former_names)

    def clean(self) -> None:
        self.name = " ".join(self.name.split())
        held = Organisation.all_objects.filter(pk=self.pk).values_list("name", flat=True).first() if self.pk else None
        # One that has its double from before can be changed in all else.
        twin = None if held and name_key(held) == name_key(self.name) else Organisation.named(self.name, but=self.pk)
        if twin:
            raise ValidationError(
                {
                    "name": f"“{twin}” is already in the list. Choose that one, or add what tells the two apart, such as a place."
                }
            )


def name_key(name: str) -> str:
    """What is left of a name without capitals, spaces, punctuation and a “The” at its beginning."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())
    return "".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def free_slug(name: str, taken: set[str]) -> str:
    """A slug made from the name that nobody has."""

    def ways() -> Iterator[str]:
        made = slugify(name, allow_unicode=True)[: SLUG_LENGTH - 8].strip("-") or "organisation"
        yield made
        yield from (f"{made}-{number}" for number in count(2))

    return next(slug for slug in ways() if slug not in taken)
