"""The page of a best-practice note: what it says, what it says is not reported, and what cannot break it."""

import datetime
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from wagtail.models import Page, PageViewRestriction

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from home.models import HomePage
from practice.models import PracticeIndexPage, PracticeNotePage
from practice.note_rows import NoteExample, NotePoint, PilotSite, SurveyResponse
from practice.presentation import law_is_old
from practice.related import notes_for
from search.embedded.engine import EmbeddedEngine
from search.engine import engine
from taxonomy.models import Facet, Term
from tests.browser import fill_practice
from tests.factories import OrganisationFactory, case_study, contract, contract_index, note, practice_index, term

pytestmark = pytest.mark.django_db


@pytest.fixture
def notes(home: HomePage, index: EmbeddedEngine) -> PracticeIndexPage:
    return practice_index(home)


def html_of(client: Client, page: Page) -> str:
    engine().sync()  # as after a commit
    response = client.get(page.url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def section(html: str, heading: str) -> str:
    """The words below the second-level heading that has this id."""
    found = re.search(rf'<h2 id="{heading}">.*?</h2>(.*?)(?=<h2|</article>)', html)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_what_is_not_known_is_not_reported_and_what_does_not_apply_is_left_out(
    notes: PracticeIndexPage, client: Client
) -> None:
    html = html_of(client, note(notes, "Bare"))
    for heading in ("what-it-is", "both-sides", "how-to", "pitfalls"):
        assert section(html, heading) == "Not reported."
    assert section(html, "examples") == "No case study is named here yet."
    for heading in ("law", "pilots", "survey-1", "contracts", "documents"):
        assert f'id="{heading}"' not in html
    assert "The law" not in html


def test_what_is_known_is_shown(notes: PracticeIndexPage, listing: CaseStudyIndexPage, client: Client) -> None:
    case_study(listing, "First", organisation=OrganisationFactory())
    html = html_of(client, fill_practice.everything(notes.get_parent()))
    assert "Ask providers before you specify" in section(html, "how-to")
    assert section(html, "pitfalls") == (
        "The clause cannot be measured Instead: Name a number. It is too late What to do instead: not reported"
    )
    assert section(html, "pilots").startswith("Place Service As at Medway waste and recycling December 2007")
    assert "First: a summary." in section(html, "examples")
    assert section(html, "contracts") == "A template contract with everything In development due in 2008"
    assert section(html, "documents").startswith("A model clause TXT")
    for address in ("/service-areas/respite/", "/themes/consortia/", "/stages/plan/", "/search/?tag=prevention"):
        assert f'href="{address}"' in html
    assert "was due for review in" in html


def test_a_source_is_cited_and_its_old_address_is_no_link(notes: PracticeIndexPage, client: Client) -> None:
    address = "published in 2007 at http://www.example.org/report.pdf"
    html = html_of(client, note(notes, "Cited", source="A report, 2007", source_address=address))
    assert f"A report, 2007<br>{address}" in html
    assert 'href="http://www.example.org' not in html


def test_benefits_come_before_barriers_whatever_their_order(notes: PracticeIndexPage, client: Client) -> None:
    page = note(notes, "Weighed")
    page.points = [NotePoint(label="barrier", text="It is slow."), NotePoint(label="benefit", text="It is fair.")]
    page.save()
    assert section(html_of(client, page), "both-sides") == "Benefits It is fair. Barriers It is slow."
    page.points = page.points.all()[:1]
    page.save()
    assert section(html_of(client, page), "both-sides") == "Benefits Not reported. Barriers It is slow."


def test_each_survey_stands_by_itself_with_who_was_asked(notes: PracticeIndexPage, client: Client) -> None:
    page = note(notes, "Asked")
    rows = [
        ("barrier", "Too new.", "", "One, 2007"),
        ("benefit", "Fast.", "providers", "One, 2007"),
        ("benefit", "Fair.", "providers", "One, 2007"),
        ("benefit", "Cheap.", "providers", ""),
        ("benefit", "Kind.", "commissioners", ""),
    ]
    names = ("label", "text", "respondent", "source")
    page.responses = [SurveyResponse(**dict(zip(names, row, strict=True))) for row in rows]
    page.save()
    html = html_of(client, page)
    assert section(html, "survey-1") == (
        "Benefits Named by providers Fast. Fair. Barriers Kind of respondent not reported Too new. Source: One, 2007"
    )
    assert section(html, "survey-2") == (
        "Benefits Cheap. Named by providers Kind. Named by commissioners Barriers Not reported. Source: not reported"
    )
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("as_at", "today", "old"),
    [
        ("2026-05-20", "2027-05-20", False),
        ("2026-05-20", "2027-05-21", True),
        ("2024-02-29", "2025-03-01", False),
        ("2024-02-29", "2025-03-02", True),
        ("9999-01-01", "2026-01-01", False),
    ],
)
def test_law_is_old_when_more_than_a_year_has_gone_by(as_at: str, today: str, old: bool) -> None:
    with time_machine.travel(f"{today}T12:00:00+00:00", tick=False):
        assert law_is_old(PracticeNotePage(law_as_at=datetime.date.fromisoformat(as_at))) is old


def test_readers_are_warned_of_old_law_only(notes: PracticeIndexPage, client: Client) -> None:
    page = note(notes, "Lawful", law="<p>Be fair.</p>", law_as_at=datetime.date(2007, 12, 1))
    html = html_of(client, page)
    assert "The law as at December 2007" in html
    assert "The law may have changed." in html
    page.law_as_at = datetime.date.today()
    page.save()
    assert "may have changed" not in html_of(client, page)
    page.law, page.law_as_at = '<p data-block-key="a"> </p>', datetime.date(2007, 12, 1)
    page.save()
    assert 'id="law"' not in html_of(client, page)


def test_law_needs_its_day(notes: PracticeIndexPage) -> None:
    page = note(notes, "Lawless")
    page.law = "<p>Be fair.</p>"
    with pytest.raises(ValidationError, match="for which date"):
        page.clean()
    page.law = "<p></p>"
    page.clean()


NASTY = '</title><script>alert(1)</script> & "quotes" <b>'


def test_no_text_of_an_editor_becomes_markup(notes: PracticeIndexPage, client: Client) -> None:
    page = note(notes, NASTY, slug="nasty", summary=NASTY, source=NASTY, source_address=NASTY)
    page.points = [NotePoint(label="benefit", text=NASTY)]
    page.responses = [SurveyResponse(label="benefit", text=NASTY, respondent=NASTY, source=NASTY)]
    page.pilots = [PilotSite(place=NASTY, service=NASTY)]
    page.how_to = [("step", {"title": NASTY, "text": ""})]
    page.pitfalls = [("pitfall", {"what": NASTY, "instead": ""})]
    page.save()
    assert "<script>alert" not in html_of(client, page)
    assert "<script>alert" not in html_of(client, notes)


@pytest.mark.parametrize("path", ["%00", "%ff", "nowhere", "note/note", "template-contracts/x", "%F0%9F%8D%B0"])
def test_an_address_without_a_page_is_not_found(path: str, notes: PracticeIndexPage, client: Client) -> None:
    note(notes, "Note", slug="note")
    contract_index(notes)
    assert client.get(f"/practice/{path}/").status_code == 404


@pytest.mark.parametrize(
    "query", ["q=%00", "theme=%ED%A0%80", "page=99999999999999", "kind=case-study&sort=x", "q='\""]
)
def test_the_lists_take_any_parameters(query: str, notes: PracticeIndexPage, client: Client) -> None:
    contract_index(notes)
    note(notes, "Note")
    for path in ("/practice/", "/practice/template-contracts/"):
        assert client.get(f"{path}?{query}").status_code == 200


# Lists, search and feed


def found(client: Client, path: str, **parameters: str) -> list[str]:
    return [hit["title"] for hit in client.get(path, {"format": "json", **parameters}).json()["results"]]


def test_the_list_has_notes_only_and_filters_them(
    notes: PracticeIndexPage, listing: CaseStudyIndexPage, client: Client
) -> None:
    case_study(listing, "Case", themes=("consortia",))
    contract(contract_index(notes), "Contract")
    note(notes, "Joined", themes=("consortia",), stages=("do",), areas=("respite",))
    note(notes, "Other", themes=("innovation",))
    assert sorted(found(client, "/practice/")) == ["Joined", "Other"]
    assert found(client, "/practice/", theme="consortia") == ["Joined"]
    assert found(client, "/practice/", kind="case-study", area="group", stage="do") == ["Joined"]
    html = html_of(client, notes)
    assert 'href="/practice/template-contracts/"' in html


def test_everything_that_a_reader_can_read_is_found(notes: PracticeIndexPage, client: Client) -> None:
    page = note(notes, "Plain", about="<p>walnut</p>", law="<p>hazel</p>", law_as_at=datetime.date(2007, 1, 1))
    page.points = [NotePoint(label="benefit", text="almond")]
    page.responses = [SurveyResponse(label="barrier", text="cashew", respondent="pecan", source="pistachio")]
    page.pilots = [PilotSite(place="macadamia", service="peanut")]
    page.how_to = [("step", {"title": "chestnut", "text": "<p>acorn</p>"})]
    page.pitfalls = [("pitfall", {"what": "coconut", "instead": "<p>brazil</p>"})]
    page.source = "hickory"
    page.save()
    words = "walnut hazel almond cashew pecan pistachio macadamia peanut chestnut acorn coconut brazil hickory"
    for word in words.split():
        assert found(client, "/search/", q=word) == ["Plain"], word
    hit = client.get("/search/", {"format": "json", "q": "walnut"}).json()["results"][0]
    assert (hit["kind"], hit["date"]) == ("practice-note", "2007-12-01")
    assert "Plain" in client.get("/feed/").content.decode()
    assert "/practice/plain/" in client.get("/sitemap.xml").content.decode()


def test_a_merged_term_is_followed_by_an_old_draft(notes: PracticeIndexPage) -> None:
    page = note(notes, "Draft", themes=("consortia",), live=False)
    revision = page.save_revision()
    old, new = term(Facet.THEME, "consortia"), term(Facet.THEME, "joining")
    Term.all_objects.filter(pk=old.pk).update(merged_into=new)
    revision.publish()
    assert [one.slug for one in PracticeNotePage.objects.get().themes.all()] == ["joining"]


# Examples both ways


def titles(client: Client, page: Page, heading: str) -> list[str]:
    html = html_of(client, page)
    part = html.split(f'id="{heading}"')[1].split("</section>")[0] if f'id="{heading}"' in html else ""
    return re.findall(r'class="result-title"><a href="[^"]+">([^<]+)</a>', part)


def test_examples_keep_their_order_and_only_public_ones_are_shown(
    notes: PracticeIndexPage, listing: CaseStudyIndexPage, client: Client
) -> None:
    page = note(notes, "Note")
    examples = [case_study(listing, title) for title in ("One", "Two", "Hidden", "Closed")]
    page.examples = [NoteExample(example=example) for example in reversed(examples)]
    page.save()
    examples[2].unpublish()
    PageViewRestriction.objects.create(page=examples[3], restriction_type="password", password="x")
    assert titles(client, page, "examples") == ["Two", "One"]
    examples[1].delete()
    assert titles(client, page, "examples") == ["One"]


def test_a_case_study_shows_notes_that_name_it_then_those_of_its_themes(
    notes: PracticeIndexPage, listing: CaseStudyIndexPage, client: Client
) -> None:
    case = case_study(listing, "Case", themes=("consortia", "innovation"))
    names_it = note(notes, "Names it", themes=("outcomes",))
    names_it.examples = [NoteExample(example=case)]
    names_it.save()
    note(notes, "Shares one", themes=("consortia",))
    note(notes, "Shares both", themes=("consortia", "innovation", "outcomes"))
    note(notes, "Shares none", themes=("bidding",))
    note(notes, "Draft", themes=("consortia",), live=False)
    assert titles(client, case, "notes") == ["Names it", "Shares both", "Shares one"]
    assert titles(client, case_study(listing, "Bare"), "notes") == []
    assert notes_for(CaseStudyPage(title="Not saved"), []) == []


def test_the_notes_of_a_case_study_take_few_queries(
    notes: PracticeIndexPage, listing: CaseStudyIndexPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case = case_study(listing, "Case", themes=("consortia", "innovation"))
    for number in range(12):
        note(notes, f"Note {number}", themes=("consortia",)).examples = [NoteExample(example=case)]
    engine().sync()
    themes = list(case.themes.all())
    with django_assert_num_queries(4):
        assert len(notes_for(case, themes)) == 6


def test_similar_examples_are_examples(notes: PracticeIndexPage, listing: CaseStudyIndexPage, client: Client) -> None:
    case = case_study(listing, "Case", themes=("consortia",))
    for number in range(5):
        note(notes, f"Note {number}", themes=("consortia",), areas=("advice",))
    case_study(listing, "Near", themes=("consortia",))
    assert titles(client, case, "similar") == ["Near"]
