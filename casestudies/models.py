"""Case studies: what was commissioned, from whom, for whom, and what is known of what came of it."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from caching.rows import page_below
from casestudies import panels
from casestudies.blocks import BodyBlock
from casestudies.forms import CaseStudyForm
from casestudies.rows import (  # noqa: F401 (Django finds models through this module)
    CaseStudyOrganisation,
    CaseStudyPlace,
    Contact,
    Contract,
    Cost,
    Milestone,
    Outcome,
    PeopleCount,
    Period,
    RelatedLink,
    Source,
)
from core.detail_page import DetailPage
from core.listing import ListingPage
from core.models import HasImage, Licence
from editorial.publishing import CompleteWhenPublished
from editorial.review import Reviewed
from organisations.drafts import ResolvesMergedOrganisations
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


class CaseStudyPage(
    ResolvesMergedTerms, ResolvesMergedOrganisations, HasImage, Reviewed, CompleteWhenPublished, DetailPage
):
    """One example. What is not known stays empty and is shown as "not reported"; nothing is guessed."""

    summary = models.TextField(
        max_length=400,
        help_text="What it is and for whom, in one or two sentences, for example “Peer advisers in prison help people find a home before release.” Shown in lists and in search.",
    )
    # Rows (casestudies.rows).
    organisations: Any
    places: Any
    periods: Any
    contracts: Any
    costs: Any
    people: Any
    contacts: Any
    sources: Any
    links: Any
    milestones: Any
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

    status = term(
        Facet.STATUS, related_name="case_studies_by_status", help_text="How far it has come, for example “Established”."
    )
    result = term(
        Facet.RESULT,
        related_name="case_studies_by_result",
        help_text="What came of it on the whole, for example “Mixed”. Failures are welcome too.",
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
        "contract": "contracts__contract_form",
        "organisation_name": "organisations__organisation",
        "tag": "tagged_items__tag",
    }
    ONE_TERM = ("status", "result", "evidence_level")
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

    @cached_property
    def source(self) -> str:
        """Where it is from: the citation of each source, a line each."""
        return "\n".join(row.citation for row in self.sources.all() if row.citation)

    @cached_property
    def contact(self) -> Contact:
        """Whom readers can ask: the first contact who has an email address; empty where there is none."""
        return next((row for row in self.contacts.all() if row.email), Contact())

    @property
    def contact_name(self) -> str:
        return self.contact.name

    @property
    def contact_role(self) -> str:
        return self.contact.role

    @property
    def contact_email(self) -> str:
        return self.contact.email

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
