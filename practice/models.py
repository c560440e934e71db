"""Best-practice notes and template contracts: how it is done, where a case study says who did it."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import ItemBase
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from core.detail_page import DetailPage
from core.findable import joined
from core.listing import ListingPage
from core.models import HasImage
from core.sourced import Sourced
from editorial.forms import ReviewedPageForm
from editorial.publishing import CompleteWhenPublished
from editorial.review import Reviewed
from organisations.drafts import ResolvesMergedOrganisations
from practice import panels
from practice.blocks import TEXT_FEATURES, HowToBlock, PitfallsBlock
from practice.note_rows import (  # noqa: F401 (Django finds models through this module)
    NoteContract,
    NoteDocument,
    NoteExample,
    NotePoint,
    PilotSite,
    SurveyResponse,
)
from practice.standing import ContractStatus, Standing, standing
from search.documents import plain_from_html
from search.sources import Facts
from taxonomy.drafts import ResolvesMergedTerms
from taxonomy.fields import terms
from taxonomy.models import Facet


class PracticeIndexPage(ListingPage):
    """The list of best-practice notes."""

    template = "practice/practice_index_page.html"
    listed = "practice.PracticeNotePage"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["practice.PracticeNotePage", "practice.TemplateContractIndexPage"]

    class Meta:
        verbose_name = "list of best-practice notes"


class TemplateContractIndexPage(ListingPage):
    """The list of template contracts."""

    template = "practice/template_contract_index_page.html"
    listed = "practice.TemplateContractPage"
    parent_page_types = ["practice.PracticeIndexPage"]
    subpage_types = ["practice.TemplateContractPage"]

    class Meta:
        verbose_name = "list of template contracts"


class NoteTag(ItemBase):
    tag = models.ForeignKey("taxonomy.CuratedTag", related_name="practice_notes", on_delete=models.CASCADE)
    content_object = ParentalKey("practice.PracticeNotePage", related_name="tagged_items", on_delete=models.CASCADE)


class PracticeNotePage(ResolvesMergedTerms, HasImage, Reviewed, Sourced, CompleteWhenPublished, DetailPage):
    """How something is done well. What the source does not say stays empty and is shown as "not reported"."""

    summary = models.TextField(
        max_length=400,
        help_text="What it is about and for whom, in one or two sentences, for example “How smaller charities bid together.” Shown in lists and in search.",
    )
    about = RichTextField(
        "what it is",
        blank=True,
        features=["h3", *TEXT_FEATURES],
        help_text="What it is and where it stands, for example who works on it and what is due when.",
    )
    points: Any  # rows of the classes below
    responses: Any
    pilots: Any
    examples: Any
    contracts: Any
    documents: Any
    how_to = StreamField(
        HowToBlock(),
        blank=True,
        help_text="What to do, step by step, for example “Ask providers before you specify”. Empty where nobody has said it.",
    )
    pitfalls = StreamField(
        PitfallsBlock(), blank=True, help_text="What goes wrong, for example “The clause cannot be measured”."
    )
    law = RichTextField(
        blank=True,
        features=TEXT_FEATURES,
        help_text="What the law says, for example “A charity registers from an income of £5,000 a year.” Empty where no law is named.",
    )
    law_as_at = models.DateField(
        "law as at",
        null=True,
        blank=True,
        help_text="The date for which the law is true, for example 1 December 2007. After a year, readers are warned.",
    )

    themes = terms(
        Facet.THEME, blank=False, related_name="notes_by_theme", help_text="What it teaches, for example “Consortia”."
    )
    stages = terms(
        Facet.STAGE,
        related_name="notes_by_stage",
        verbose_name="stages of commissioning",
        help_text="Where in the cycle it helps, for example “Plan”. Empty where it runs across the cycle.",
    )
    areas = terms(
        Facet.AREA,
        related_name="notes_by_area",
        verbose_name="service areas",
        help_text="Only where it is about certain services, for example “Waste and recycling”.",
    )
    tags = ClusterTaggableManager(
        through=NoteTag,
        blank=True,
        help_text="From the list of tags, for example “prevention”. Other words will not be saved.",
    )

    words = ParentalManyToManyField(
        "taxonomy.GlossaryEntry",
        blank=True,
        related_name="notes",
        verbose_name="words in the glossary",
        help_text="Words in the note that not every reader knows. The note links to their glossary entries.",
    )

    kind = "practice-note"
    label = "Practice note"
    plural = "Practice notes"
    kind_order = 20
    FACETS = {"area": "areas", "theme": "themes", "stage": "stages", "tag": "tagged_items__tag"}
    search_related = ("points", "responses", "pilots")
    parent_page_types = ["practice.PracticeIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    base_form_class = ReviewedPageForm
    content_panels = panels.NOTE
    promote_panels = panels.PROMOTE
    edit_handler = panels.note_handler()
    search_fields = [*Page.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = "best-practice note"

    def half_entered(self) -> dict[str, str]:
        has_law = bool(plain_from_html(self.law))
        return {"law_as_at": "Say for which date the law is true."} if has_law and not self.law_as_at else {}

    def detail_context(self, request: HttpRequest) -> dict[str, Any]:
        from practice.presentation import note_context

        return note_context(self, request)

    def search_body(self) -> str:
        from practice.documents import note_body

        return note_body(self)

    @classmethod
    def export_facts(cls, pages: models.QuerySet["PracticeNotePage"]) -> Iterable[tuple[int, Facts]]:
        from practice.csv_facts import facts_of_notes

        return facts_of_notes(pages)


class TemplateContractPage(
    ResolvesMergedTerms, ResolvesMergedOrganisations, Reviewed, Sourced, CompleteWhenPublished, DetailPage
):
    """A contract made once for a service, for many to use."""

    service = models.CharField(
        max_length=160, help_text="The service that it is for, for example “Independent fostering agencies”."
    )
    status = models.CharField(
        max_length=20,
        choices=ContractStatus,
        help_text="How far it has come, for example “In development”. Readers see “Available” only where the contract itself is here.",
    )
    status_note = models.CharField(
        "more about the status", max_length=200, blank=True, help_text="For example “publication due in 2008”."
    )
    # By name: the apps of the subjects do not import one another.
    kept_by = models.ForeignKey(
        "organisations.Organisation",
        verbose_name="owner",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="template_contracts",
        help_text="The body that keeps it, for example a government department. Readers filter by its type.",
    )
    version = models.CharField(max_length=60, blank=True, help_text="The version of today, for example “2.1”.")
    about = RichTextField(
        "what it is",
        blank=True,
        features=TEXT_FEATURES,
        help_text="What it covers and who may use it, in a few sentences.",
    )
    document = models.ForeignKey(
        "core.SiteDocument",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="template_contracts",
        help_text="The contract itself, where it may be copied here.",
    )
    link = models.URLField(
        blank=True, help_text="For example https://www.example.org/contract. Only an address that works today."
    )
    versions: Any  # rows of the class below
    areas = terms(
        Facet.AREA,
        related_name="contracts_by_area",
        verbose_name="service areas",
        help_text="The services that it is for, for example “Fostering”. Readers filter by them.",
    )
    themes = terms(
        Facet.THEME,
        related_name="contracts_by_theme",
        help_text="What it is part of, for example “Template contracts”.",
    )
    jurisdictions = terms(
        Facet.REGION,
        related_name="contracts_by_jurisdiction",
        verbose_name="jurisdiction",
        help_text="Where it holds, for example “England-wide” or “Wales”.",
    )

    kind = "template-contract"
    label = "Template contract"
    plural = "Template contracts"
    kind_order = 60
    FACETS = {
        "area": "areas",
        "theme": "themes",
        "region": "jurisdictions",
        "organisation": "kept_by__organisation_type",
        "organisation_name": "kept_by",
    }
    summary_field = "search_summary"
    search_related = ("kept_by", "versions")
    parent_page_types = ["practice.TemplateContractIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    base_form_class = ReviewedPageForm
    content_panels = panels.CONTRACT
    promote_panels = panels.PROMOTE
    edit_handler = panels.contract_handler()
    search_fields = [*Page.search_fields, index.SearchField("service")]

    class Meta:
        verbose_name = "template contract"

    @property
    def standing(self) -> Standing:
        """How far it has come, as readers are told."""
        return standing(self.status, held=self.document_id is not None, linked=bool(self.link))

    def detail_context(self, request: HttpRequest) -> dict[str, Any]:
        from practice.presentation import contract_context

        return contract_context(self, request)

    @property
    def search_summary(self) -> str:
        status = self.standing.with_note(self.status_note)
        return f"{status}. For: {self.service}." if self.service else f"{status}."

    def search_body(self) -> str:
        history = [text for row in self.versions.all() for text in (row.version, row.when, row.change)]
        regions = [term.label for term in self.jurisdictions.all()]
        return joined([plain_from_html(self.about), self.version, *history, *regions, self.source])

    def search_words(self) -> Iterable[str]:
        return [self.service]

    def search_organisations(self) -> Iterable[str]:
        return [self.kept_by.name] if self.kept_by else []

    @classmethod
    def export_facts(cls, pages: models.QuerySet["TemplateContractPage"]) -> Iterable[tuple[int, Facts]]:
        from practice.csv_facts import facts_of_contracts

        return facts_of_contracts(pages)


class ContractVersion(Orderable):
    """One version: when, and what changed."""

    page = ParentalKey(TemplateContractPage, related_name="versions", on_delete=models.CASCADE)
    version = models.CharField(max_length=60, blank=True, help_text="Its number or name, for example “2.1”.")
    when = models.CharField(
        "date", max_length=60, blank=True, help_text="As far as it is known, for example “April 2007”."
    )
    change = models.CharField(
        "what changed", max_length=300, help_text="In one sentence, for example “First version, for one year.”"
    )

    panels = panels.VERSION

    class Meta(Orderable.Meta):
        verbose_name = "version"
