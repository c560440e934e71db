"""A note and a template contract with everything that such pages can have."""

import datetime

from django.core.files.base import ContentFile
from wagtail.models import Page

from casestudies.models import CaseStudyPage
from core.models import SiteDocument
from organisations.models import Organisation
from practice.models import (
    ContractVersion,
    PracticeIndexPage,
    PracticeNotePage,
    TemplateContractIndexPage,
    TemplateContractPage,
)
from practice.note_rows import NoteContract, NoteDocument, NoteExample, NotePoint, PilotSite, SurveyResponse
from tests.browser.places import CONTRACT, NOTE
from tests.factories import AS_AT, contract, contract_index, note, practice_index, table

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänswitwenverein"
STEP = {"title": "Ask providers before you specify", "text": "<p>In a meeting that is open to <b>all</b>.</p>"}
TABLE = table("What to ask, and when", ("", "Before", "After"), (LONG_WORD, "2", "3"), ("Others", "", "4"))
PITFALLS = [{"what": "The clause cannot be measured", "instead": "<p>Name a number.</p>"}, {"what": "It is too late"}]


def everything(home: Page) -> PracticeNotePage:
    """The note, which names the template contract and every case study."""
    notes = PracticeIndexPage.objects.first() or practice_index(home)
    contracts = TemplateContractIndexPage.objects.first() or contract_index(notes)
    file = ContentFile(b"A model clause.", name="clause.txt")
    document = SiteDocument.objects.create(title="A model clause", file=file)
    template = contract_with_everything(contracts, document)
    page = note(
        notes,
        f"A note with everything, from {LONG_WORD}",
        slug=NOTE,
        areas=("respite",),
        themes=("consortia", "innovation"),
        stages=("analyse", "plan", "do", "review"),
        tags=("prevention",),
        about='<h3>A heading</h3><p>What it is, with a <a href="https://example.org/">link</a>.</p>',
        law="<p>What the law says.</p>",
        law_as_at=AS_AT,
        source_address="published in 2007 at http://www.example.org/a/long/address/that/has/no/place/for/a/line/break.html",
        licence="ogl-3.0",
        review_date=datetime.date(2008, 1, 1),
        how_to=[("step", STEP), ("advice", "<p>Advice.</p>"), ("table", TABLE), ("step", STEP | {"title": LONG_WORD})],
        pitfalls=[("pitfall", value) for value in PITFALLS],
    )
    page.points = [NotePoint(label="benefit", text="It helps."), NotePoint(label="barrier", text=LONG_WORD)]
    page.responses = [
        SurveyResponse(label="benefit", text="It saves time.", respondent="providers", source="A survey, 2007"),
        SurveyResponse(label="barrier", text="It takes time.", respondent="providers", source="A survey, 2007"),
        SurveyResponse(label="barrier", text="It is new.", respondent="commissioners", source="A survey, 2007"),
        SurveyResponse(label="barrier", text="It is not known."),
    ]
    page.pilots = [PilotSite(place="Medway", service="waste and recycling", as_at=AS_AT), PilotSite(place=LONG_WORD)]
    page.examples = [NoteExample(example=example) for example in CaseStudyPage.objects.order_by("pk")[:5]]
    page.contracts = [NoteContract(contract=template)]
    page.documents = [NoteDocument(document=document)]
    page.save_revision().publish()
    return page


def contract_with_everything(listing: Page, document: SiteDocument) -> TemplateContractPage:
    page = contract(
        listing,
        "A template contract with everything",
        slug=CONTRACT,
        areas=("respite",),
        jurisdictions=("england-wide", "wales"),
        status="in-development",
        status_note="due in 2008",
        kept_by=Organisation.objects.first(),
        version="2.1",
        about="<p>What it covers.</p>",
        document=document,
        link="https://example.org/a/long/address/that/has/no/place/where/a/line/may/break/and/goes/on.html",
    )
    page.versions = [ContractVersion(version="2.1", when="April 2008", change="The clauses on staff were rewritten.")]
    page.versions.add(ContractVersion(change="The first version."))
    page.save_revision().publish()
    return page
