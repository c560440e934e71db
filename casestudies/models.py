"""Case studies: what was commissioned, from whom, for whom, and what is known of what came of it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from casestudies import panels
from casestudies.blocks import BodyBlock
from casestudies.entry import entry_for
from casestudies.forms import CaseStudyForm
from casestudies.presentation import case_study_context
from casestudies.relayed import RelayedQuestion  # noqa: F401 (Django finds models through this module)
from home.models import Licence
from search.entries import Entry
from search.views import respond
from taxonomy.fields import term, terms
from taxonomy.models import Facet


class Organisation(index.Indexed, models.Model):
    """An organisation that examples name, kept once and used by many."""

    name = models.CharField(max_length=200, unique=True)
    organisation_type = term(Facet.ORGANISATION, related_name="organisations", verbose_name="type")
    description = models.CharField(max_length=400, blank=True, help_text="One sentence: what it is and does.")
    website = models.URLField(blank=True)

    panels = panels.ORGANISATION
    search_fields = [index.SearchField("name"), index.AutocompleteField("name"), index.FilterField("organisation_type")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CaseStudyIndexPage(Page):
    """The list of case studies: the search page with its kind fixed."""

    introduction = models.CharField(max_length=300, blank=True)

    max_count = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["casestudies.CaseStudyPage"]
    content_panels = [*Page.content_panels, "introduction"]

    class Meta:
        verbose_name = "case study list"

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context(request, *args, **kwargs)
        return respond(request, "casestudies/case_study_index_page.html", {"kind": "case-study"}, context)


class CaseStudyTag(ItemBase):
    tag = models.ForeignKey("taxonomy.CuratedTag", related_name="case_studies", on_delete=models.CASCADE)
    content_object = ParentalKey("casestudies.CaseStudyPage", related_name="tagged_items", on_delete=models.CASCADE)


class CostBasis(models.TextChoices):
    TOTAL = "total", "in total"
    YEAR = "year", "a year"
    PERSON = "person", "a person"
    UNIT = "unit", "a unit of service"


class CaseStudyPage(Page):
    """One example. What is not known stays empty and is shown as "not reported"; nothing is guessed."""

    summary = models.TextField(
        max_length=400, help_text="What it is and for whom, in one or two sentences. Shown in lists and in search."
    )
    body = StreamField(BodyBlock(), blank=True)

    areas = terms(Facet.AREA, blank=False, related_name="case_studies_by_area", verbose_name="service areas")
    themes = terms(Facet.THEME, related_name="case_studies_by_theme")
    stages = terms(Facet.STAGE, related_name="case_studies_by_stage", verbose_name="stages of commissioning")
    beneficiaries = terms(Facet.BENEFICIARY, related_name="case_studies_by_beneficiary", verbose_name="who it is for")
    regions = terms(Facet.REGION, related_name="case_studies_by_region")
    tags = ClusterTaggableManager(through=CaseStudyTag, blank=True)

    place = models.CharField(max_length=120, blank=True, help_text="The county, city or district, such as Norfolk.")
    period_start = models.DateField("started", null=True, blank=True)
    period_end = models.DateField("ended", null=True, blank=True)
    period_note = models.CharField(max_length=160, blank=True, help_text="For example “two contracts of three years”.")
    status = term(Facet.STATUS, related_name="case_studies_by_status")
    result = term(Facet.RESULT, related_name="case_studies_by_result")
    contract_form = term(Facet.CONTRACT, related_name="case_studies_by_contract")

    cost_amount = models.DecimalField(
        "cost in pounds",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Only a figure with a source.",
    )
    cost_basis = models.CharField("cost is", max_length=10, choices=CostBasis, blank=True)
    cost_source = models.CharField("source of the cost", max_length=250, blank=True)

    evidence_level = term(Facet.EVIDENCE, blank=False, related_name="case_studies_by_evidence")
    evidence_note = models.CharField(
        "why this level", max_length=300, blank=True, help_text="One plain sentence on what the claim rests on."
    )

    contact_name = models.CharField(max_length=120, blank=True, help_text="Somebody who agreed to be asked.")
    contact_role = models.CharField(max_length=160, blank=True)
    contact_email = models.EmailField("contact's mail address", blank=True, help_text="Never shown on the site.")

    as_at = models.DateField(
        "as at", null=True, help_text="The day for which all of this is true. Readers judge its age by it."
    )
    last_reviewed = models.DateField(null=True, blank=True)
    review_date = models.DateField("next review", null=True, blank=True)
    review_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="case_studies_to_review",
    )
    licence = models.CharField(max_length=20, choices=Licence, blank=True)
    source = models.TextField("source citation", blank=True, help_text="Title, author or body, year.")
    source_url = models.URLField("source address", blank=True, help_text="Only an address that works today.")

    parent_page_types = ["casestudies.CaseStudyIndexPage"]
    subpage_types: list[str] = []
    template = "casestudies/case_study_page.html"
    base_form_class = CaseStudyForm
    content_panels = panels.CONTENT
    promote_panels = panels.PROMOTE
    edit_handler = panels.case_study_handler()
    search_fields = [*Page.search_fields, index.SearchField("summary")]

    class Meta:
        verbose_name = "case study"
        verbose_name_plural = "case studies"

    def clean(self) -> None:
        super().clean()
        if self.period_start and self.period_end and self.period_end < self.period_start:
            raise ValidationError({"period_end": "It cannot end before it started."})
        if self.cost_amount is not None and not (self.cost_basis and self.cost_source):
            missing = {} if self.cost_basis else {"cost_basis": "Say what the cost is for."}
            missing |= {} if self.cost_source else {"cost_source": "A cost needs its source."}
            raise ValidationError(missing)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | case_study_context(self)

    def search_entry(self) -> Entry:
        return entry_for(self)

    @classmethod
    def search_prefetch(cls) -> list[str]:
        relations = ["areas__parent", "themes", "stages", "beneficiaries", "regions", "tagged_items__tag", "outcomes"]
        relations += ["status", "result", "contract_form", "evidence_level"]
        return [*relations, "organisations__organisation__organisation_type", "organisations__role"]


class CaseStudyOrganisation(Orderable):
    """What an organisation does in an example."""

    page = ParentalKey(CaseStudyPage, related_name="organisations", on_delete=models.CASCADE)
    # Null in a draft only: publishing asks for it.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="case_study_roles")
    role = term(Facet.ROLE, blank=False, related_name="case_study_roles")

    panels = panels.ORGANISATION_ROLE


class Verification(models.TextChoices):
    SELF = "self", "reported by the provider itself"
    COMMISSIONER = "commissioner", "confirmed by the commissioner"
    INDEPENDENT = "independent", "independently evaluated"


class Outcome(Orderable):
    """One measured change: what, from what to what, when, and who says so."""

    page = ParentalKey(CaseStudyPage, related_name="outcomes", on_delete=models.CASCADE)
    measure = models.CharField(max_length=200, help_text="What was measured, such as “reconviction within a year”.")
    before = models.CharField(max_length=60, blank=True, help_text="The value before, as reported.")
    after = models.CharField(max_length=60, blank=True, help_text="The value after, as reported.")
    unit = models.CharField(max_length=60, blank=True, help_text="Such as “per cent of clients”.")
    date = models.DateField("measured", null=True, blank=True)
    source = models.CharField(max_length=250, blank=True)
    verification = models.CharField("who says so", max_length=20, choices=Verification, blank=True)

    panels = panels.OUTCOME
