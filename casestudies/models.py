"""Case studies: what was commissioned, from whom, for whom, and what is known of what came of it."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.http import HttpRequest
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from caching.rows import page_below
from casestudies import panels
from casestudies.blocks import BodyBlock
from casestudies.forms import CaseStudyForm
from core.date_fields import MonthField
from core.detail_page import DetailPage
from core.listing import ListingPage
from core.models import HasImage, Licence
from core.money import MoneyField
from editorial.publishing import CompleteWhenPublished
from editorial.review import Reviewed
from organisations.models import Organisation
from search.documents import Document
from search.sources import Facts
from taxonomy.drafts import ResolvesMergedTerms
from taxonomy.fields import all_terms, term, terms
from taxonomy.models import Facet


class CaseStudyIndexPage(ListingPage):
    """The list of case studies."""

    template = "listing_page.html"
    listed = "casestudies.CaseStudyPage"
    parent_page_types = ["home.HomePage"]
    subpage_types = ["casestudies.CaseStudyPage"]

    class Meta:
        verbose_name = "case study list"


class CaseStudyTag(ItemBase):
    tag = models.ForeignKey("taxonomy.CuratedTag", related_name="case_studies", on_delete=models.CASCADE)
    content_object = ParentalKey("casestudies.CaseStudyPage", related_name="tagged_items", on_delete=models.CASCADE)


class CostBasis(models.TextChoices):
    TOTAL = "total", "in total"
    YEAR = "year", "a year"
    PERSON = "person", "a person"
    UNIT = "unit", "a unit of service"


class CaseStudyPage(ResolvesMergedTerms, HasImage, Reviewed, CompleteWhenPublished, DetailPage):
    """One example. What is not known stays empty and is shown as "not reported"; nothing is guessed."""

    summary = models.TextField(
        max_length=400,
        help_text="What it is and for whom, in one or two sentences, for example “Peer advisers in prison help people find a home before release.” Shown in lists and in search.",
    )
    organisations: Any  # rows of the classes below
    outcomes: Any
    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="The story in a few blocks, for example the need, what was done, what changed, what did not work.",
    )

    areas = terms(
        Facet.AREA,
        blank=False,
        related_name="case_studies_by_area",
        verbose_name="service areas",
        help_text="The services it is about, for example “Respite”. One or two are best: readers browse by them.",
    )
    themes = terms(
        Facet.THEME,
        related_name="case_studies_by_theme",
        help_text="What it teaches about commissioning, for example “Outcomes”.",
    )
    stages = terms(
        Facet.STAGE,
        related_name="case_studies_by_stage",
        verbose_name="stages of commissioning",
        help_text="The parts of the cycle that it tells about, for example “Plan”.",
    )
    beneficiaries = terms(
        Facet.BENEFICIARY,
        related_name="case_studies_by_beneficiary",
        verbose_name="who it is for",
        help_text="The people it serves, for example “Disabled people”.",
    )
    regions = terms(
        Facet.REGION,
        related_name="case_studies_by_region",
        help_text="Where it runs, for example “East of England”. Several if it runs in several.",
    )
    tags = ClusterTaggableManager(
        through=CaseStudyTag,
        blank=True,
        help_text="From the list of tags, for example “prevention”. Other words will not be saved.",
    )

    place = models.CharField(max_length=120, blank=True, help_text="The county, city or district, such as Norfolk.")
    period_start = MonthField(
        "started", null=True, blank=True, help_text="For example 1 April 2005. Only the month is shown."
    )
    period_end = MonthField(
        "ended", last_day=True, null=True, blank=True, help_text="For example 31 March 2008. Empty while it runs."
    )
    period_note = models.CharField(max_length=160, blank=True, help_text="For example “two contracts of three years”.")
    status = term(
        Facet.STATUS, related_name="case_studies_by_status", help_text="How far it has come, for example “Established”."
    )
    result = term(
        Facet.RESULT,
        related_name="case_studies_by_result",
        help_text="What came of it on the whole, for example “Mixed”. Failures are welcome too.",
    )
    contract_form = term(
        Facet.CONTRACT, related_name="case_studies_by_contract", help_text="How it is paid for, for example “Grant”."
    )

    cost_amount = MoneyField(
        "cost in pounds", null=True, blank=True, help_text="For example 120000. Only a figure with a source."
    )
    cost_basis = models.CharField(
        "cost is",
        max_length=10,
        choices=CostBasis,
        blank=True,
        help_text="What the figure pays for, for example “a year”.",
    )
    cost_source = models.CharField(
        "source of the cost",
        max_length=250,
        blank=True,
        help_text="Who says so and where, for example “county council, contract register, 2007”.",
    )

    evidence_level = term(
        Facet.EVIDENCE,
        blank=False,
        related_name="case_studies_by_evidence",
        help_text="How sure one can be of the result, for example “Described only” where nobody has measured it.",
    )
    evidence_note = models.CharField(
        "why this level",
        max_length=300,
        blank=True,
        help_text="One plain sentence, for example “Reconviction was counted before and after, without a comparison group.”",
    )

    contact_name = models.CharField(
        max_length=120,
        blank=True,
        help_text="Somebody who agreed to be asked, for example the manager of the service. The name is shown.",
    )
    contact_role = models.CharField(
        max_length=160, blank=True, help_text="For example “commissioning manager, county council”."
    )
    contact_email = models.EmailField(
        "contact's email address", blank=True, help_text="For example name@example.org. Never shown on the site."
    )

    as_at = models.DateField(
        "as at",
        null=True,
        help_text="The day for which all of this is true, for example 1 December 2007. Readers judge its age by it.",
    )
    licence = models.CharField(
        max_length=20,
        choices=Licence,
        blank=True,
        help_text="On what terms others may copy it, for example “Open Government Licence” for a council's own text.",
    )
    source = models.TextField(
        "source citation",
        blank=True,
        help_text="Title, author or body, year, for example “Annual review, St Giles Trust, 2007”.",
    )
    source_url = models.URLField(
        "source address",
        blank=True,
        help_text="For example https://www.example.org/report.pdf. Only an address that works today.",
    )

    kind = "case-study"
    label = "Case study"
    plural = "Case studies"
    kind_order = 10
    FACETS = {
        "area": "areas",
        "theme": "themes",
        "stage": "stages",
        "beneficiary": "beneficiaries",
        "region": "regions",
        "organisation": "organisations__organisation__organisation_type",
        "evidence": "evidence_level",
        "result": "result",
        "contract": "contract_form",
        "tag": "tagged_items__tag",
    }
    ONE_TERM = ("status", "result", "contract_form", "evidence_level")
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

    @classmethod
    def below(cls, parent: Page, slug: str) -> "CaseStudyPage | None":
        """The case study of this slug right below a page, with the terms that its facts name."""
        page = page_below(cls, parent, slug)
        if page is None:
            return None
        known = all_terms()
        for name in cls.ONE_TERM:
            held = known.get(getattr(page, f"{name}_id"))
            if held:  # else Django asks for it
                setattr(page, name, held)
        return page

    def half_entered(self) -> dict[str, str]:
        found = {}
        if self.period_start and self.period_end and self.period_end < self.period_start:
            found["period_end"] = "It cannot end before it started."
        if self.cost_amount is not None and not self.cost_basis:
            found["cost_basis"] = "Say what the cost is for."
        if self.cost_amount is not None and not self.cost_source:
            found["cost_source"] = "A cost needs its source."
        return found

    def detail_context(self, request: HttpRequest) -> dict[str, Any]:
        from casestudies.presentation import case_study_context

        return case_study_context(self, request)

    @classmethod
    def search_documents(cls, pages: models.QuerySet["CaseStudyPage"]) -> Iterable[Document]:
        from casestudies.documents import documents_of

        return documents_of(pages)

    @classmethod
    def export_facts(cls, pages: models.QuerySet["CaseStudyPage"]) -> Iterable[tuple[int, Facts]]:
        from casestudies.csv_facts import facts_of

        return facts_of(pages)


class CaseStudyOrganisation(Orderable):
    """What an organisation does in an example."""

    page = ParentalKey(CaseStudyPage, related_name="organisations", on_delete=models.CASCADE)
    # Null in a draft only: publishing asks for it.
    organisation = models.ForeignKey(
        Organisation,
        null=True,
        on_delete=models.PROTECT,
        related_name="case_study_roles",
        help_text="Choose from the list, for example a county council. You can add one that is missing there.",
    )
    role = term(
        Facet.ROLE,
        blank=False,
        related_name="case_study_roles",
        help_text="What it does here, for example “Commissioner”.",
    )

    panels = panels.ORGANISATION_ROLE

    class Meta(Orderable.Meta):
        verbose_name = "organisation"


class Verification(models.TextChoices):
    SELF = "self", "reported by the provider itself"
    COMMISSIONER = "commissioner", "confirmed by the commissioner"
    INDEPENDENT = "independent", "independently evaluated"


class Outcome(Orderable):
    """One measured change: what, from what to what, when, and who says so."""

    page = ParentalKey(CaseStudyPage, related_name="outcomes", on_delete=models.CASCADE)
    measure = models.CharField(max_length=200, help_text="What was measured, such as “reconviction within a year”.")
    before = models.CharField(max_length=60, blank=True, help_text="The value before, as reported, for example 58.")
    after = models.CharField(max_length=60, blank=True, help_text="The value after, as reported, for example 41.")
    unit = models.CharField(max_length=60, blank=True, help_text="Such as “per cent of clients”.")
    date = MonthField(
        "measured", null=True, blank=True, help_text="The day of the value after, for example 31 March 2007."
    )
    source = models.CharField(
        max_length=250, blank=True, help_text="Where the figures are from, for example “the provider’s own records”."
    )
    verification = models.CharField(
        "who says so",
        max_length=20,
        choices=Verification,
        blank=True,
        help_text="For example “confirmed by the commissioner”.",
    )

    panels = panels.OUTCOME
