from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.text import slugify
from taggit.models import TagBase
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable
from wagtail.search import index


class Facet(models.TextChoices):
    """The lists of the controlled vocabulary. Those that search knows carry the name of its parameter."""

    AREA = "area", "Service area"
    STAGE = "stage", "Stage of commissioning"
    THEME = "theme", "Theme"
    BENEFICIARY = "beneficiary", "Who it is for"
    REGION = "region", "Region"
    ORGANISATION = "organisation", "Organisation type"
    ROLE = "role", "Role of an organisation"
    STATUS = "status", "Practice status"
    RESULT = "result", "Result"
    EVIDENCE = "evidence", "Evidence level"
    CONTRACT = "contract", "Contract form"


TWO_LEVELS = (Facet.AREA,)


class Term(Orderable, index.Indexed):
    """One value of one facet. Its slug stands in addresses; an unknown value is no term but an empty field."""

    facet = models.CharField(max_length=20, choices=Facet, editable=False)
    label = models.CharField(max_length=120, help_text="As readers see it, for example “Children in care”.")
    slug = models.SlugField(
        max_length=120,
        blank=True,
        help_text="Stands in addresses, such as children-in-care. Left empty, it is made from the label.",
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name="group",
        help_text="The group that this service area belongs to. A group itself has none.",
    )
    synonyms = models.TextField(
        blank=True,
        help_text="Other words for the same thing, one a line: people who search for them find this term's pages.",
    )
    scope_note = models.CharField(max_length=300, blank=True, help_text="One sentence: what belongs here.")
    code = models.CharField("external code", max_length=40, blank=True, help_text="For example UK-CAT SC103.")

    search_fields = [
        index.AutocompleteField("label"),
        index.AutocompleteField("synonyms"),
        index.SearchField("label"),
        index.SearchField("synonyms"),
        index.FilterField("facet"),
    ]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint("facet", Lower("slug"), name="term_slug_unique_in_facet")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        self.slug = self.slug or slugify(self.label)[:120]
        if not self.slug:
            raise ValidationError({"slug": "Give a slug: the label has no letters to make one from."})
        twin = Term.objects.filter(facet=self.facet, slug__iexact=self.slug).exclude(pk=self.pk).first()
        if twin:
            raise ValidationError({"slug": f"“{twin.label}” has this slug already."})
        if self.parent:
            if self.parent.pk == self.pk or self.parent.parent_id or self.parent.facet != self.facet:
                raise ValidationError({"parent": "Choose a group of this list, one that is in no group itself."})
            if self.pk and self.children.exists():
                raise ValidationError({"parent": "This is a group with areas of its own; it cannot be in another."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.sort_order is None:
            last = Term.objects.filter(facet=self.facet).aggregate(last=models.Max("sort_order"))["last"]
            self.sort_order = 0 if last is None else last + 1
        super().save(*args, **kwargs)


class CuratedTag(TagBase):
    """A tag from the list that editors keep. Pages can carry it; nobody makes one by typing it on a page."""

    free_tagging = False

    panels = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        verbose_name = "tag"
        ordering = ["name"]
