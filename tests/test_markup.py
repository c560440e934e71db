"""The Nu HTML checker finds no error in any template, in any state that it has."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage
from cop_site.components import components
from core.citing import printed
from home.glossary import GlossaryPage
from search.engine import engine
from taxonomy.glossary import GlossaryEntry
from taxonomy.models import Facet
from tests.browser import fill_practice
from tests.browser.fill import closed, everything
from tests.browser.places import CONTRACT, LOCKED, NOTE, SLUG
from tests.bulletins.conftest import news, picked, section
from tests.factories import OrganisationFactory, bulletin, bulletin_index, case_study, contract, note, term

pytestmark = [pytest.mark.nu, pytest.mark.django_db]
EMPTY = ["/", "/search/", "/case-studies/", "/bulletins/", "/service-areas/", "/themes/", "/stages/", "/regions/"]
FULL = [
    *EMPTY,
    "/search/?q=walnut",
    "/search/?q=walnut+hazelnut&page=2",
    "/search/?q=%22%3E%3Cscript%3E&area=advice&region=london&year_from=2000&sort=title",
    "/search/?q=xyzzyqqq&area=advice&stage=plan",
    "/search/?area=advice&region=london&theme=innovation",
    "/search/?area=advice&evidence=2&result=kept&contract=grant&tag=none&year_from=1990&year_to=2100",
    "/search/?organisation=charity&beneficiary=children&kind=case-study&format=html",
    "/case-studies/?area=advice&page=2",
    "/service-areas/group/",
    "/service-areas/advice/",
    "/themes/empty/",
    "/glossary/",
    "/case-studies/bare/",
    "/case-studies/walnut-3/",
    f"/case-studies/{SLUG}/",
    "/practice/",
    "/practice/?theme=consortia&q=%3Cscript%3E",
    f"/practice/{NOTE}/",
    "/practice/bare/",
    "/practice/template-contracts/",
    f"/practice/template-contracts/{CONTRACT}/",
    "/practice/template-contracts/bare/",
    f"/case-studies/{SLUG}/ask/",
    f"/case-studies/{SLUG}/ask/sent/",
    "/bulletins/2007-winter/",
    "/nowhere/",
    *LOCKED.values(),
]


def errors(folder: Path, pages: dict[str, str]) -> list[str]:
    """What the checker says of these documents, by their names."""
    folder = folder / "html"
    folder.mkdir()
    for number, html in enumerate(pages.values()):
        (folder / f"{number:03}.html").write_text(html)
    command = ["java", "-jar", os.environ["VNU_JAR"], "--errors-only", "--format", "json", "--stdout", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    names = list(pages)
    return [
        f"{names[int(Path(row['url']).stem)]}: {row['message']} near {row.get('extract', '')!r}"
        for row in json.loads(done.stdout)["messages"]
    ]


def glossary(home: Page) -> None:
    home.add_child(instance=GlossaryPage(title="Glossary", slug="glossary"))
    for word in ("main", "RenderedMail 1", "“Élan” & <b>co</b>"):
        GlossaryEntry.objects.create(word=word, meaning="A <b>meaning</b>.", synonyms="one\ntwo")


def fetch(client: Client, paths: list[str]) -> dict[str, str]:
    return {path: client.get(path).content.decode() for path in paths}


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    assert errors(tmp_path, {"wrong": '<!doctype html><html lang="en"><title>A</title><p id="a"><p id="a" onx>'})


def test_pages_of_an_empty_site(listing: CaseStudyIndexPage, client: Client, tmp_path: Path) -> None:
    bulletin_index(listing.get_parent())
    engine().rebuild()
    assert errors(tmp_path, fetch(client, EMPTY)) == []


def test_pages_of_a_site_with_content(listing: CaseStudyIndexPage, client: Client, tmp_path: Path) -> None:
    case_study(listing, "Bare", slug="bare")
    for number in range(24):
        regions = ("london",) if number % 2 else ()
        case_study(
            listing,
            f'Walnut "{number}" & <b>co</b>',
            slug=f"walnut-{number}",
            regions=regions,
            body="Walnut & <i>oak</i>",
        )
    organisation = OrganisationFactory(organisation_type=term(Facet.ORGANISATION, "charity"))
    example = everything(listing, organisation)
    glossary(listing.get_parent())
    term(Facet.THEME, "empty", "Empty & bare")
    closed(listing, organisation)
    notes = fill_practice.everything(listing.get_parent()).get_parent()
    note(notes, 'Bare "note" & <b>co</b>', slug="bare")
    contract(notes.get_children().get(slug="template-contracts"), "Bare contract", slug="bare")
    items = [
        picked(example),
        news('"News" & <b>co</b>', '<p>A <a href="/search/">link</a>.</p><ul><li>One</li></ul>'),
    ]
    bulletin(
        bulletin_index(listing.get_parent()),
        editorial="<p>A word.</p><h2>A heading</h2>",
        sections=[section(f"Section {number}", *items) for number in range(3)],
        source="A report",
    )
    engine().rebuild()
    pages = fetch(client, FULL)
    wrong = {"username": "nobody@example.com", "password": "wrong"}
    pages["a failed log-in"] = client.post(LOCKED["log-in"], wrong).content.decode()
    nasty = {"name": '"><b>', "email": "<", "question": "</textarea>\0", "organisation": "o" * 200}
    asking = f"/case-studies/{SLUG}/ask/"
    pages["a question with errors"] = client.post(
        asking, nasty, headers={"Origin": "http://testserver"}
    ).content.decode()
    pages["a question from elsewhere"] = client.post(asking, nasty).content.decode()
    assert "There is a problem" in pages["a question with errors"]
    useful = f"/useful/{example.pk}/"
    pages |= fetch(client, [useful, f"{useful}thanks/"])
    odd = {"line": "</textarea>" * 50}
    pages["an answer with errors"] = client.post(useful, odd, headers={"Origin": "http://testserver"}).content.decode()
    assert "There is a problem" in pages["an answer with errors"]
    rows = [("BibTeX", "\n@misc{a,\n}", 4), ("plain text", "A, “B”", 3)]
    cite = printed(rows, "http://testserver/")
    pages["ways to cite"] = f'<!doctype html><html lang="en"><head><title>A</title></head><body>{cite}</body></html>'
    assert errors(tmp_path, pages) == []


def test_error_pages(listing: CaseStudyIndexPage, rf: RequestFactory, tmp_path: Path) -> None:
    request = rf.get("/")
    pages: dict[str, str] = {
        str(status): render_to_string(f"{status}.html", {}, request) for status in (400, 403, 404, 500, 503)
    }
    pages["components"] = components(request).content.decode()
    pages["500 without a request"] = render_to_string("500.html", {"site_title": "A site"})
    assert errors(tmp_path, pages) == []


def test_the_icon(tmp_path: Path) -> None:
    done = subprocess.run(
        ["java", "-jar", os.environ["VNU_JAR"], "--errors-only", "--also-check-svg", "static/icon.svg"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
