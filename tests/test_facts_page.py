"""What the page of a case study draws of its facts, and says in text as well."""

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client

from casestudies import pictures
from casestudies.models import CaseStudyIndexPage
from casestudies.rows import Contract, Cost, Milestone, Outcome, PeopleCount, Period, RelatedLink, Source
from search.embedded.engine import EmbeddedEngine
from taxonomy.models import Facet
from tests.factories import OrganisationFactory, case_study, term


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("58", 58.0),
        ("41 per cent", 41.0),
        ("£1,200", 1200.0),
        ("12.5%", 12.5),
        ("about 300", 300.0),
        ("58 to 60", None),
        ("2 of 5", None),
        ("-3", None),
        ("−£3", None),
        ("a third", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_a_value_is_a_number_only_where_it_is_one(value: str, number: float | None) -> None:
    assert pictures.amount(value) == number


@pytest.mark.parametrize(
    ("before", "after", "bars"),
    [("58", "29", (100.0, 50.0)), ("1", "4", (25.0, 100.0)), ("0", "0", (0.0, 0.0)), ("58", "", None), ("", "5", None)],
)
def test_bars_are_as_long_as_their_numbers(before: str, after: str, bars: tuple[float, float] | None) -> None:
    assert pictures.bars(Outcome(before=before, after=after)) == bars


@pytest.mark.django_db
def test_the_facts_of_a_social_impact_bond_are_shown(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    council = OrganisationFactory(name="A county council")
    page = case_study(
        listing,
        "Bond",
        places=[],
        periods=[
            Period(phase="First phase", start=datetime.date(2013, 4, 1), end=datetime.date(2015, 3, 31)),
            Period(phase="Second phase", note="three years", sort_order=1),
        ],
        costs=[
            Cost(kind="investment", amount=Decimal(3_100_000), source="report"),
            Cost(kind="return", ratio=Decimal("1.45"), source="report", sort_order=1),
            Cost(
                kind="year",
                amount=Decimal(30_000),
                amount_to=Decimal(200_000),
                paid_for="a place in care",
                words="about £30,000 to £200,000 a year",
                source="report",
                sort_order=2,
            ),
        ],
        people=[PeopleCount(kind="reached", number=388, unit="young people", period="three phases")],
        contracts=[
            Contract(contract_form=term(Facet.CONTRACT, "payment-by-results"), commissioner=council, words="five years")
        ],
        milestones=[
            Milestone(date=datetime.date(2015, 3, 1), text="The first phase ends."),
            Milestone(date=datetime.date(2013, 4, 1), text="It begins.", sort_order=1),
        ],
        sources=[Source(citation="A report"), Source(citation="Another", url="https://www.example.org/", sort_order=1)],
        links=[RelatedLink(title="Read more", url="https://www.example.org/more")],
        outcomes=[Outcome(measure="Days in care", before="100", after="20")],
    )
    page.body = [
        (
            "video",
            {"title": "Three mentors", "url": "https://www.example.org/v", "length": "", "transcript": "<p>Hm.</p>"},
        )
    ]
    page.save()
    html = " ".join(client.get(page.url).content.decode().split())
    rail = text_of(html.split('<dl class="key-facts">')[1].split("</dl>")[0])
    assert "Period First phase: April 2013 to March 2015 Second phase: three years" in rail
    assert "Contract Payment by results Bought by A county council, “five years”" in rail
    assert "£30,000 to £200,000 a year for a place in care, “about £30,000 to £200,000 a year” (report)" in rail
    assert "Not reported: commissioner, place, region, stage reached, result, contact" in text_of(html)
    glance = html.split('id="glance"')[1].split("</section>")[0]
    assert text_of(glance).endswith(
        "Cost Investment £3,100,000 Return 1.45 times Cost a year £30,000 to £200,000 a place in care"
        " People Young people reached 388 three phases"
    )
    assert re.findall(r'datetime="([^"]+)"> ?([^<]+)</time> <span>([^<]+)', html.split('id="timeline"')[1])[:2] == [
        ("2013-04", "April 2013", "It begins."),
        ("2015-03", "March 2015", "The first phase ends."),
    ]
    bars = re.findall(r'<rect class="(before|after)"[^>]*width="([0-9.]+)"', html)
    assert bars == [("before", "100.0"), ("after", "20.0")]
    assert 'href="https://www.example.org/more"' in html.split('id="related"')[1]
    assert "A report<br>Another" in html
    assert "<summary>Transcript</summary> <p>Hm.</p>" in html
    assert not re.search("<(iframe|video)", html)
