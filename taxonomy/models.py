import re
from typing import Any, Self
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.text import slugify
from taggit.models import TagBase
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable
from wagtail.search import index

from taxonomy.glossary import GlossaryEntry, as_lines, names_in  # noqa: F401 (Django finds an app's models through this module)


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
# Terms that the site itself knows by their slugs: it draws stages, regions and levels, and asks for the commissioner.
DRAWN = (Facet.STAGE, Facet.REGION, Facet.EVIDENCE)
COMMISSIONER = "commissioner"
# Facets whose terms have pages of their own, and the address that these are below.
SUBJECTS = {Facet.AREA: "service-areas", Facet.THEME: "themes", Facet.STAGE: "stages"}


# What can be a slug at all: nothing else needs to be looked up.
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")


def address(facet: str, slug: str) -> str:
    """Where readers find everything that carries this term."""
    return f"/{SUBJECTS[Facet(facet)]}/{slug}/" if facet in SUBJECTS else f"/search/?{facet}={slug}"


class TermManager(models.Manager["Term"]):
    """The terms without their aliases: a row that was merged into another is met only by those who ask for it."""

    def get_queryset(self) -> models.QuerySet["Term"]:
        return super().get_queryset().filter(merged_into=None)


class Term(Orderable, index.Indexed):
    """One value of one facet. Its slug stands in addresses; an unknown value is no term but an empty field.

    A row that has `merged_into` is an alias: a term that was merged, or a slug that its term had before. It keeps the
    old slug answering and gives old drafts the term of today; `objects` leaves it out, `all_objects` holds it.
    """

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
        help_text="Other words for the same thing, one a line or with commas between: people who search for them find this term's pages.",
    )
    scope_note = models.CharField(max_length=300, blank=True, help_text="One sentence: what belongs here.")
    code = models.CharField("external code", max_length=40, blank=True, help_text="For example UK-CAT SC103.")
    introduction = RichTextField(
        blank=True,
        features=["h2", "h3", "bold", "italic", "ol", "ul", "link"],
        help_text="Opens the page of this term: what to know before reading the examples. Two or three short paragraphs.",
    )
    retired = models.BooleanField(default=False, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="merged"
    )

    objects = TermManager()
    all_objects: models.Manager["Term"] = models.Manager()

    search_fields = [
        index.AutocompleteField("label"),
        index.AutocompleteField("synonyms"),
        index.SearchField("label"),
        index.SearchField("synonyms"),
        index.FilterField("facet"),
        index.FilterField("retired"),
        index.FilterField("merged_into"),
    ]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint("facet", Lower("slug"), name="term_slug_unique_in_facet")]
        permissions = [("merge_term", "Can merge terms"), ("retire_term", "Can retire terms and bring them back")]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def find(cls, facet: str, slug: str) -> Self | None:
        """The term that this slug leads to: its own, or the one that it was merged into (its slug then differs)."""
        if not SLUG.fullmatch(slug):
            return None
        found = cls.all_objects.filter(facet=facet, slug=slug).select_related("merged_into").first()
        return found and (found.merged_into or found)

    @property
    def status(self) -> str:
        return "retired" if self.retired else "in use"

    @property
    def url(self) -> str:
        """The page that gathers what is tagged with it; a search for it where its facet has no such pages."""
        return address(self.facet, self.slug)

    def also_called(self) -> list[str]:
        return names_in(self.synonyms)

    def clean(self) -> None:
        self.synonyms = as_lines(self.also_called())
        self.slug = (self.slug or slugify(self.label)[:120]).lower()
        if not self.slug:
            raise ValidationError({"slug": "Give a slug: the label has no letters to make one from."})
        held = Term.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        if held and held != self.slug and (self.facet in DRAWN or (self.facet, held) == (Facet.ROLE, COMMISSIONER)):
            raise ValidationError(
                {"slug": f"The site knows this one by its slug, {held}. Change the label: that is what readers see."}
            )
        twin = Term.all_objects.filter(facet=self.facet, slug__iexact=self.slug).exclude(pk=self.pk).first()
        if twin and twin.merged_into is None:
            raise ValidationError({"slug": f"“{twin.label}” has this slug already."})
        if twin and twin.merged_into != self:
            raise ValidationError(
                {"slug": f"This slug is an old address of “{twin.merged_into}”, and still leads to it. Give another."}
            )
        if self.parent:
            if self.parent.pk == self.pk or self.parent.parent_id or self.parent.facet != self.facet:
                raise ValidationError({"parent": "Choose a group of this list, one that is in no group itself."})
            if self.pk and self.children.exists():
                raise ValidationError({"parent": "This is a group with areas of its own; it cannot be in another."})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.sort_order is None:
            last = Term.objects.filter(facet=self.facet).aggregate(last=models.Max("sort_order"))["last"]
            self.sort_order = 0 if last is None else last + 1
        only = kwargs.get("update_fields")
        held = Term.all_objects.filter(pk=self.pk).first() if self.pk and (only is None or "slug" in only) else None
        if held is None or held.merged_into_id or held.slug.lower() == self.slug.lower():
            super().save(*args, **kwargs)
            return
        # The old slug stays as an alias. A slug that was the term's own before changes places with it.
        alias = Term.all_objects.filter(merged_into=self, slug__iexact=self.slug).first()
        if alias:
            Term.all_objects.filter(pk=alias.pk).update(slug=uuid4().hex)
        super().save(*args, **kwargs)
        if alias:
            Term.all_objects.filter(pk=alias.pk).update(slug=held.slug)
        else:
            # Without signals: Wagtail's own would look for the row by `objects`.
            Term.all_objects.bulk_create([Term(facet=self.facet, slug=held.slug, label=held.label, merged_into=self)])


class CuratedTag(TagBase):
    """A tag from the list that editors keep. Pages can carry it; nobody makes one by typing it on a page."""

    free_tagging = False

    # Made from the first name, the slug stays: it stands in addresses, and old ones would lead nowhere.
    panels = [
        FieldPanel("name", help_text="A word or two, for example “prevention”."),
        FieldPanel("slug", read_only=True, help_text="Made from the first name. It stays: links to the tag hold it."),
    ]

    class Meta:
        verbose_name = "tag"
        ordering = ["name"]

    def clean(self) -> None:
        if '"' in self.name:
            raise ValidationError({"name": "Leave the quotation marks out: forms keep tags apart by them."})
        if not self.slug and not self.slugify(self.name):
            raise ValidationError({"name": "Give it letters or figures: its address is made from them."})
