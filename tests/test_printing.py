"""The pieces of pages in templates/components: nothing that anybody writes becomes markup, and no edit is missed."""

import datetime
import io
import re
from collections.abc import Callable
from typing import Any, get_type_hints

import pytest
from django.core.files.images import ImageFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from wagtail.models import Site

from caching.rows import columns, instances
from casestudies import pictures
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.queries import shown_on
from casestudies.rows import Contract, Outcome
from community.models import User
from core import dates, facts
from core.drawings import ring
from core.models import SiteImage, SiteSettings
from home.front_page import Example, groups
from home.models import ContentPage, FeaturedExample, HomePage
from practice.models import ContractVersion
from practice.note_rows import NotePoint
from search import presentation
from search.engine import engine
from search.facets import FacetCount
from search.presentation import Chip, PageLink, Row, brief
from search.query import Query
from search.results import Hit, Results
from taxonomy.models import CuratedTag, Facet, Term
from tests.factories import (
    OrganisationFactory,
    bulletin,
    bulletin_index,
    case_study,
    contract,
    contract_index,
    note,
    practice_index,
    tag,
    term,
)
from tests.served import ROOT

# Everything that may end a text, a value or an element.
NASTY = "\"><script>alert(1)</script>&'<b>"
DAY = datetime.date(2007, 12, 1)
TAGS = re.compile(r"<[^>]*>")


def _hit(words: str) -> Hit:
    return Hit(
        page_id=1,
        kind=words,
        title=words,
        url=words,
        summary=words,
        date=DAY,
        facets={"stage": [words]},
        organisations=[words],
        title_html="",
        snippet_html="",
        exact=False,
    )


def _row(words: str) -> Row:
    """Every text of a row is these words."""
    safe = SafeString("safe")
    texts = {name: words for name, kind in get_type_hints(Row).items() if kind is str}
    found: Any = texts | {"title": safe, "snippet": safe, "date": DAY, "stage_slugs": [words], "begins_partial": True}
    return found | {"page_id": "1"}


def _printed(words: str) -> list[str]:
    """Every piece with these words wherever words may stand."""
    count = FacetCount(words, words, 1, selected=True)
    outcome = Outcome(measure=words, before=words, after=words, unit=words, source=words, verification=words)
    results = Results(total=99, exact=1, pages=9, page=2)
    source = facts.Provenance(words.replace("\n", " "), (words,), "", words, words, words, None)
    contexts: dict[str, dict[str, Any]] = {
        "results": {"rows": [_row(words)], "results": results},
        "cards": {"examples": [Example(_row(words), None)]},
        "index_groups": {"groups": groups([count, count._replace(level=1)])},
        "filters": {
            "facets": presentation.facets({"area": [count._replace(value=f"{words}{n}") for n in range(11)]}, str),
            "query": Query(words),
            "action": words,
        },
        "years": {"years": [(words, "1", "1")]},
        "hidden_fields": {"fields": [(words, words)]},
        "chips": {"chips": [Chip(words, words, words)], "clear_url": words},
        "pagination": {"links": [PageLink("1", words, current=True, gap_before=True)], "results": results},
        "facts": {"facts": [facts.Fact(words, words), facts.Fact(words, "", ((words, words),))]},
        "provenance": {"provenance": source},
        "similar": {"pages": [brief(_hit(words))]},
        "cite": {"citations": [("1", words, words, "3")], "page_url": words},
        "breadcrumbs": {"current": words, "parents": [(words, words)]},
        "search_box": {"text": words, "action": words, "kept_filters": [(words, words)]},
        "nothing_found": {"query": Query(words), "chips": [words], "relax": [(Chip(words, words, words), 1)]},
    }
    outcomes = render_to_string("casestudies/facts/outcomes.html", {"outcomes": pictures.outcomes([outcome])})
    return [outcomes, *(render_to_string(f"components/{name}.html", context) for name, context in contexts.items())]


def test_words_are_printed_as_words() -> None:
    for nasty, plain in zip(_printed(NASTY), _printed("plain 1"), strict=True):
        assert "<script" not in nasty
        assert "<b>" not in nasty
        assert nasty.count("<") == plain.count("<"), "the same elements, whatever the words"
        assert nasty.count('"') == plain.count('"'), "and the same attributes"
        assert "alert(1)" in nasty


@given(st.text(alphabet="<>&\"' ab\n", min_size=1, max_size=12))
@settings(max_examples=25)
def test_no_words_make_an_element(words: str) -> None:
    for odd, plain in zip(_printed(words), _printed("plain"), strict=True):
        assert len(TAGS.findall(odd)) == len(TAGS.findall(plain))


def test_the_ring_is_whole_without_stages_and_fills_those_that_it_is_given() -> None:
    assert ring().count("arc filled") == 4
    assert ring("plan do").count("arc filled") == 2
    assert ring(["review"]).count("arc filled") == 1
    assert ring("none").count("arc filled") == 0
    assert 'width="96"' in ring(size=96)
    assert "<script" not in ring(classes=NASTY)


def test_dates_are_those_of_the_site() -> None:
    summer = datetime.datetime(2007, 6, 30, 23, 30, tzinfo=datetime.UTC)
    assert dates.day_of(summer) == "1 July 2007"
    assert dates.month(datetime.date(2007, 12, 1)) == "December 2007"


@pytest.mark.dialect
@pytest.mark.django_db
def test_rows_are_what_django_would_make_of_them(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Same", areas=("advice", "respite"), tags=("one", "two"), place="Norfolk")
    page.refresh_from_db()
    sql = f"SELECT {columns(CaseStudyPage)} FROM wagtailcore_page JOIN casestudies_casestudypage ON page_ptr_id = id"
    (read,) = instances(CaseStudyPage, sql, [])
    for field in CaseStudyPage._meta.concrete_fields:
        if field.name != "body":
            assert getattr(read, field.attname) == getattr(page, field.attname), field.name
    assert list(read.body.raw_data) == list(page.body.raw_data)
    assert CaseStudyPage.below(listing, "same") == page
    assert CaseStudyPage.below(listing, "other") is None
    assert CaseStudyPage.below(page, "same") is None, "only right below"


@pytest.mark.dialect
@pytest.mark.django_db
def test_a_draft_shows_its_own_rows(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "Drafted", tags=("before",), organisation=OrganisationFactory(name="Before"))
    Outcome.objects.create(page=page, measure="Measured before")
    draft = CaseStudyPage.objects.get(pk=page.pk)
    draft.outcomes = [Outcome(measure="Measured after")]
    draft.tags.set([tag("after")])
    draft.organisations.get().organisation = None
    draft.themes = [term(Facet.THEME, "consortia")]
    draft.save_revision()
    shown = shown_on(draft.get_latest_revision_as_object())
    assert [row.measure for row in shown.rows["outcomes"]] == ["Measured after"]
    assert [name for name, _ in shown.tags] == ["after"]
    assert [held.slug for held in shown.terms["themes"]] == ["consortia"]
    html = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).content.decode()
    assert "Measured after" in html
    assert "Measured before" not in html
    assert "Measured before" in admin_client.get(page.url).content.decode()


@pytest.fixture
def study(committed: None, home: HomePage, listing: CaseStudyIndexPage) -> CaseStudyPage:
    """A page that has everything that is kept apart from it."""
    for slug in ("0", "1"):
        term(Facet.EVIDENCE, slug, f"Evidence {slug}", scope_note=f"Note {slug}")
    file = io.BytesIO()
    Image.new("RGB", (900, 700), "#0b5a4a").save(file, "PNG")
    picture = SiteImage.objects.create(title="A", alt_text="Old words", file=ImageFile(file, "garden.png"))
    page = case_study(
        listing,
        "Kept",
        stages=("plan",),
        regions=("london",),
        tags=("old tag",),
        organisation=OrganisationFactory(name="Old organisation"),
        contracts=[Contract(contract_form=term(Facet.CONTRACT, "grant", "Old form"))],
        picture=picture,
    )
    Outcome.objects.create(page=page, measure="Old measure")
    home.add_child(instance=ContentPage(title="Old entry", slug="entry", show_in_menus=True))
    SiteSettings.for_site(Site.objects.get(is_default_site=True)).save()
    engine().rebuild()
    return page


def _renamed(model: type, name: str, value: str, /, **found: object) -> Callable[[CaseStudyPage], None]:
    def rename(page: CaseStudyPage) -> None:
        row = model._default_manager.get(**found)  # type: ignore[attr-defined]
        setattr(row, name, value)
        row.save()

    return rename


def _featured(page: CaseStudyPage) -> None:
    for number in range(6):  # newer ones, behind which it would not be shown
        case_study(page.get_parent(), f"Newer {number}", as_at=f"201{number}-01-01")
    engine().sync()
    home = HomePage.objects.get()
    home.featured = [FeaturedExample(page=page)]
    home.save()


EDITS = [
    ("/case-studies/kept/", "New area", _renamed(Term, "label", "New area", slug="advice")),
    ("/case-studies/kept/", "New form", _renamed(Term, "label", "New form", slug="grant")),
    ("/case-studies/kept/", "New note", _renamed(Term, "scope_note", "New note", slug="1", facet=Facet.EVIDENCE)),
    ("/case-studies/kept/", "New tag", _renamed(CuratedTag, "name", "New tag", name="old tag")),
    ("/case-studies/kept/", "New measure", _renamed(Outcome, "measure", "New measure", measure="Old measure")),
    ("/case-studies/kept/", 'alt="New words"', _renamed(SiteImage, "alt_text", "New words", alt_text="Old words")),
    ("/case-studies/kept/", "/examples/", _renamed(CaseStudyIndexPage, "slug", "examples", slug="case-studies")),
    ("/", "New stage", _renamed(Term, "label", "New stage", slug="plan")),
    ("/", "New strapline", _renamed(SiteSettings, "strapline", "New strapline")),
    ("/", "New entry", _renamed(ContentPage, "title", "New entry", slug="entry")),
    ("/", ">Kept</a>", _featured),
    ("/search/", "New region", _renamed(Term, "label", "New region", slug="london")),
]


@pytest.mark.dialect
@pytest.mark.parametrize(("path", "expected", "edit"), EDITS, ids=[expected for _, expected, _ in EDITS])
def test_an_edit_of_what_a_page_shows_is_seen_at_once(
    study: CaseStudyPage, client: Client, path: str, expected: str, edit: Callable[[CaseStudyPage], None]
) -> None:
    for _ in range(2):
        before = client.get(path).content.decode()
    if edit is not _featured:
        assert expected not in before
    edit(study)
    moved = path.replace("case-studies", "examples") if expected == "/examples/" else path
    assert expected in client.get(moved).content.decode()
    assert expected in client.get(f"{moved}?fresh=1").content.decode()


def test_an_organisation_s_new_name_is_seen_at_once(study: CaseStudyPage, client: Client) -> None:
    paths = (study.url, "/", "/case-studies/")
    for path in paths:
        assert "Old organisation" in client.get(path).content.decode()
    organisation = study.organisations.get().organisation
    organisation.name = "New organisation"
    organisation.save()
    for path in paths:
        html = client.get(path).content.decode()
        assert "New organisation" in html, path
        assert "Old organisation" not in html, path


def test_an_edit_of_rows_that_are_kept_for_a_page_is_seen_at_once(
    committed: None, home: HomePage, client: Client
) -> None:
    """Notes, template contracts and issues: their rows are kept until content changes."""
    paper = note(practice_index(home), "A note")
    point = NotePoint.objects.create(page=paper, label="benefit", text="Old words")
    form = contract(contract_index(paper.get_parent()), "A contract")
    version = ContractVersion.objects.create(page=form, change="Old words")
    issue = bulletin(bulletin_index(home), editorial="<p>Old words</p>")
    engine().rebuild()
    pages: tuple[Any, ...] = (paper, form, issue)
    for page in pages:
        for word in ("first", "second"):
            assert "Old words" in client.get(f"{page.url}?{word}").content.decode(), page
    point.text = version.change = "New words"
    point.save()
    version.save()
    issue.editorial = "<p>New words</p>"
    issue.save()
    for page in pages:
        html = client.get(f"{page.url}?third").content.decode()
        assert ("New words" in html, "Old words" in html) == (True, False), page


def test_who_is_logged_in_sees_an_edit_at_once(study: CaseStudyPage, client: Client) -> None:
    client.get("/")
    client.force_login(User.objects.create_user("reader@example.org", "x"))
    assert "Old entry" in client.get("/").content.decode()
    _renamed(ContentPage, "title", "New entry", slug="entry")(study)
    assert "New entry" in client.get("/").content.decode()


def test_stages_are_said_where_they_are_drawn() -> None:
    for name, context in (
        ("results", {"rows": [_row("plan")]}),
        ("cards", {"examples": [Example(_row("plan"), None)]}),
    ):
        html = render_to_string(f"components/{name}.html", context)
        assert '<span class="visually-hidden">, stages: plan</span>' in html


def test_html_is_in_templates() -> None:
    """Python calls nothing safe but drawings, what the engine has escaped and marked, JSON-LD and rich text of emails."""
    modules = {path.relative_to(ROOT) for path in ROOT.rglob("*.py") if "mark_safe(" in path.read_text()}
    known = (
        "core/covers",
        "search/presentation",
        "core/detail_page",
        "bulletins/rendering",
        "bulletins/rich_text",
    )
    ours = {str(path.with_suffix("")) for path in modules if path.parts[0] not in ("tests", "cop_site", ".venv")}
    assert ours == set(known)
