"""Content that the starter content lacks: one example with every fact and every block. Run inside the served site."""

import datetime
import io

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Page, PageViewRestriction

from casestudies.models import CaseStudyPage
from casestudies.rows import Contract, Cost, Milestone, Outcome, PeopleCount, Period, RelatedLink, Source
from community.models import User
from core.models import SiteDocument, SiteImage
from organisations.models import Organisation
from search.engine import engine
from tests.browser import fill_practice
from tests.browser.places import CLOSED, SLUG
from tests.factories import case_study, table

LONG_URL = "https://example.org/a/long/address/that/has/no/place/where/a/line/may/break/and/goes/on.html"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänswitwenverein"


def fill(mail: str, password: str) -> None:
    """An administrator and the example, in a site that has the starter content."""
    User.objects.create_superuser(mail, password)
    listing = Page.objects.get(slug="case-studies")
    everything(listing, Organisation.objects.get(name="BREAK"))
    closed(listing, Organisation.objects.get(name="BREAK"))
    fill_practice.everything(listing.get_parent())
    engine().sync()


def closed(listing: Page, organisation: Organisation) -> None:
    page = case_study(listing, "Behind a password", slug=CLOSED, organisation=organisation, areas=("respite",))
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password="open sesame")


def everything(listing: Page, organisation: Organisation) -> CaseStudyPage:
    page = case_study(
        listing,
        f"An example with everything, from {LONG_WORD}",
        slug=SLUG,
        areas=("respite",),
        themes=("innovation",),
        stages=("analyse", "plan", "do", "review"),
        regions=("east-of-england",),
        evidence="2",
        organisation=organisation,
        place="Norfolk",
        periods=[
            Period(note="two contracts of three years"),
            Period(phase="Second phase", start=datetime.date(2010, 4, 1)),
        ],
        costs=[
            Cost(kind="total", amount=1_234_567, source="The council’s annual accounts"),
            Cost(
                kind="year",
                amount=30_000,
                amount_to=200_000,
                paid_for="a place in care",
                words="about £30,000 to £200,000",
                source="The council",
            ),
        ],
        people=[PeopleCount(kind="reached", number=388, unit="young people", period="in three phases")],
        contracts=[
            Contract(commissioner=organisation, start=datetime.date(2007, 10, 1), reference="ocds-b5fd17-1234567")
        ],
        milestones=[
            Milestone(date=datetime.date(2007, 10, 1), text="The first contract begins."),
            Milestone(date=datetime.date(2010, 9, 1), text="It is renewed for three years."),
        ],
        links=[RelatedLink(title="The evaluation", url="https://example.org/evaluation")],
        evidence_note="Outcomes were counted before and after.",
        licence="cc-by-4.0",
        contact_name="Somebody who knows",
        contact_role="service manager",
        contact_email="contact@example.org",
        sources=[Source(citation="A report, 2007", url=LONG_URL)],
    )
    page.outcomes = [
        Outcome(
            measure="Reconviction within a year",
            before="58",
            after="41",
            unit="per cent of clients",
            date=datetime.date(2007, 6, 1),
            source="The provider’s own records",
            verification="self",
        ),
        Outcome(measure="Clients in work", after="a third"),
    ]
    page.body = _body()
    page.save_revision().publish()
    return page


def _body() -> list[tuple[str, object]]:
    told = ("context", "what_was_done", "what_changed", "did_not_work", "lessons")
    text = '<h3>A heading</h3><p>What is told, with a <a href="https://example.org/">link</a>.</p><ul><li>And a list</li></ul>'
    quote = {"text": "It changed how we buy.", "speaker": "A commissioner", "role": "county council"}
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "#0b5a4a").save(picture, "PNG")
    file = ImageFile(picture, name="field.png")
    image = SiteImage.objects.create(title="A picture", alt_text="A green field", credit="A photographer", file=file)
    text_file = ContentFile(b"What was asked for.", name="specification.txt")
    document = SiteDocument.objects.create(title="A specification", file=text_file)
    image.contextual_alt_text = image.alt_text  # as the editor takes it over
    block = {"image": image, "caption": "A picture with a caption."}
    years = tuple(str(year) for year in range(1998, 2008))
    figures = table("People accommodated, by year and place", ("Place", *years), ("Great Yarmouth", *["1,234"] * 10))
    blocks = [("quote", quote), ("picture", block), ("table", figures), ("document", document)]
    return [*((name, text) for name in told), *blocks]
