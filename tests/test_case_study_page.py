"""The page of one example: what it says, what it says is not reported, and what cannot break it."""

import datetime
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Page

from casestudies import wording
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, Contract, Cost, Outcome, Period
from core.citing import citation
from search.embedded.engine import EmbeddedEngine
from taxonomy.models import Facet
from tests.factories import OrganisationFactory, case_study, term

pytestmark = pytest.mark.django_db


def html_of(client: Client, page: CaseStudyPage) -> str:
    response = client.get(page.url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def key_facts(html: str) -> dict[str, str]:
    facts = html.split('<dl class="key-facts">')[1].split("</dl>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", facts, re.DOTALL)
    return {name.strip(): " ".join(re.sub(r"<[^>]+>", "", value).split()) for name, value in pairs}


def test_what_is_not_known_is_not_reported(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    html = html_of(client, case_study(listing, "Bare"))
    assert set(key_facts(html)) == {"Evidence", "As at", "Provider"}
    # In one line, and in the order of the facts.
    unknown = "commissioner, place, region, period, stage reached, result, contract, cost, people, contact"
    assert f'<p class="not-reported">Not reported: {unknown}</p>' in html
    # Of these we know: they are ours to do.
    assert "<dt>Last review</dt> <dd> Not reviewed yet </dd>" in html
    assert "<dt>Next review</dt> <dd> No review planned </dd>" in html
    for heading in ("did-not-work", "outcomes"):
        assert re.search(rf'id="{heading}">[^<]*</h2>\s*<p class="not-reported">Not reported', html)


def test_what_is_known_is_shown_and_leads_into_search(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(
        listing,
        "Known",
        regions=("north-west",),
        themes=("consortia",),
        stages=("do",),
        beneficiaries=("women",),
        tags=("prevention",),
        place="Lancashire",
        periods=[Period(start=datetime.date(2007, 10, 1))],
        status=term(Facet.STATUS, "established"),
        result=term(Facet.RESULT, "mixed"),
        contracts=[Contract(contract_form=term(Facet.CONTRACT, "grant"))],
        costs=[Cost(kind="year", amount=Decimal("12000"), source="annual report")],
        contact_name="Somebody",
        contact_email="somebody@example.org",
    )
    html = html_of(client, page)
    facts = key_facts(html)
    assert facts["Cost"] == "£12,000 a year (annual report)"
    assert facts["Period"] == "From October 2007"
    assert facts["As at"] == "December 2007"
    assert facts["Contact"] == "Somebody"
    assert "somebody@example.org" not in html
    chosen = ("beneficiary=women", "tag=prevention")
    for parameter in (*chosen, "region=north-west", "result=mixed", "contract=grant", "evidence=0"):
        assert f'href="/search/?{parameter}"' in html
    for subject in ("service-areas/advice", "themes/consortia", "stages/do"):
        assert f'href="/{subject}/"' in html


def test_outcomes_show_before_and_after_and_who_says_so(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Measured")
    Outcome.objects.create(page=page, measure="Reoffending", before="60", unit="per cent", verification="independent")
    told = html_of(client, page).split('plain-list outcomes">')[1].split("</ul>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", told).split())
    assert words == (
        "Reoffending Before 60 After not reported Unit per cent"
        " Measured: date not reported Source: not reported Who says so: independently evaluated"
    )


NASTY = '</script><script>alert(1)</script> & "quotes" <b>'


def test_no_text_of_an_editor_becomes_markup(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, NASTY, slug="nasty", summary=NASTY, source=NASTY, place=NASTY)
    html = html_of(client, page)
    assert "<script>alert" not in html
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert [attributes.strip() for attributes, _ in scripts] == [
        'src="/static/js/copy.js" defer',
        'type="application/ld+json"',
    ]
    data = json.loads(scripts[1][1])
    assert data["headline"] == NASTY
    assert data["@type"] == "Article"


def test_the_head_describes_the_page(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    page = case_study(listing, "Described")
    html = html_of(client, page)
    assert '<meta name="description" content="Described: a summary.">' in html
    assert '<link rel="canonical" href="http://testserver/case-studies/described/">' in html
    assert '<meta property="og:title" content="Described">' in html
    assert '<meta property="og:type" content="article">' in html


def test_similar_examples_share_most(listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client) -> None:
    page = case_study(listing, "Mine", areas=("advice",), themes=("consortia",))
    near = case_study(listing, "Near", areas=("advice",), themes=("consortia",))
    far = case_study(listing, "Far", areas=("advice",))
    case_study(listing, "Other", areas=("waste",), evidence="3")
    index.sync()
    section = html_of(client, page).split('id="similar"')[1].split("</section>")[0]
    assert re.findall(r'data-page-id="(\d+)"', section)[:2] == [str(near.pk), str(far.pk)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ""),
        ({"start": datetime.date(2007, 10, 1)}, "From October 2007"),
        ({"end": datetime.date(2010, 9, 1)}, "Until September 2010"),
        ({"note": "two contracts"}, "Two contracts"),
        (
            {"start": datetime.date(2007, 10, 1), "end": datetime.date(2010, 9, 1)},
            "October 2007 to September 2010",
        ),
    ],
)
def test_period(values: dict[str, object], expected: str) -> None:
    assert wording.period(Period(**values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": "total", "amount": Decimal("1234.50")}, "£1,234.50 in total"),
        ({"kind": "investment", "amount": Decimal(3_100_000), "source": "report"}, "£3,100,000 invested (report)"),
        ({"kind": "return", "ratio": Decimal("1.45")}, "1.45 times the investment"),
        ({"kind": "saving", "words": "about a third"}, "“about a third”"),
        (
            {
                "kind": "year",
                "amount": Decimal(30_000),
                "amount_to": Decimal(200_000),
                "paid_for": "a place in care",
                "words": "“about £30,000 to £200,000 a year”",
            },
            "£30,000 to £200,000 a year for a place in care, “about £30,000 to £200,000 a year”",
        ),
    ],
)
def test_a_cost_keeps_the_words_of_its_source_beside_the_figure(values: dict[str, Any], expected: str) -> None:
    assert wording.cost(Cost(**values)) == expected


def test_citation_names_title_date_and_address(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Cited")
    assert (
        citation(page, page.full_url)
        == "Common Practice, “Cited”, as at December 2007, http://testserver/case-studies/cited/."
    )


def test_a_role_is_called_what_the_vocabulary_calls_it(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Bought")
    role = term(Facet.ROLE, "commissioner")
    council = OrganisationFactory(name="A county council")
    CaseStudyOrganisation.objects.create(page=page, organisation=council, role=role)
    assert key_facts(html_of(client, page))["Commissioner"] == "A county council"
    role.label = "Commissioning body"
    role.full_clean()
    role.save()
    facts = key_facts(html_of(client, page))
    assert facts["Commissioning body"] == "A county council"
    assert "Commissioner" not in facts
    for facet, slug in ((Facet.ROLE, "commissioner"), (Facet.STAGE, "plan"), (Facet.REGION, "london")):
        drawn = term(facet, slug)
        drawn.slug = "another"
        with pytest.raises(ValidationError, match="knows this one by its slug"):
            drawn.full_clean()


@pytest.mark.parametrize("month", [1, 7])
def test_days_for_machines_are_those_of_london(month: int, example_page: CaseStudyPage, client: Client) -> None:
    """Half an hour after midnight in summer is the day before in UTC; half an hour before it in winter is not."""
    moment = datetime.datetime(2026, month, 2, 23, 30, tzinfo=datetime.UTC)
    Page.objects.filter(pk=example_page.pk).update(first_published_at=moment, last_published_at=moment)
    day = "2026-01-02" if month == 1 else "2026-07-03"
    text = client.get(example_page.url).content.decode()
    assert f'"datePublished": "{day}", "dateModified": "{day}"' in text
    assert f"<lastmod>{day}</lastmod>" in client.get("/sitemap.xml").content.decode()
