"""How a page is cited: in words, and so that BibTeX reads back what was meant."""

import datetime
import re
from html import escape

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from core.citing import SPECIAL, bibtex, citation, citations, escaped
from home.models import HomePage
from search.embedded.engine import EmbeddedEngine
from tests.factories import case_study, contract, contract_index, note, practice_index
from tests.served import ROOT

pytestmark = pytest.mark.django_db


def read(text: str) -> tuple[str, dict[str, str]]:
    """Key and fields of the one entry in a text, by BibTeX's own rule: a value ends where its braces close."""
    head = re.match(r"@misc\{([^,\s{}]+),\n", text)
    assert head
    fields, at = {}, head.end()
    while field := re.match(r"\s*(\w+) = \{", text[at:]):
        start = at = at + field.end()
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        assert field[1] not in fields
        fields[field[1]] = text[start : at - 1]
        if text[at] == ",":
            at += 1
    assert text[at:] == "\n}"
    return head[1], fields


def unescaped(value: str) -> str:
    back = {command: char for char, command in SPECIAL.items()}
    return re.sub(r"\\(?:[a-z]+\{\}|.)", lambda found: back[found[0]], value)


def test_an_entry_as_it_should_be() -> None:
    page = CaseStudyPage(title="Cost & benefit", slug="cost_benefit", as_at=datetime.date(2007, 12, 1))
    assert bibtex(page, "") == (
        "@misc{cost-benefit-2007,\n"
        "  title = {{Cost \\& benefit}},\n"
        "  howpublished = {Common Practice},\n"
        "  year = {2007},\n"
        "  note = {As at December 2007}\n"
        "}"
    )


@given(st.text())
@example("\\")
@example('}{ % 100 $5 #1 a_b ~ ^ \\textbf{x} " @misc{x, y = {z}}')
@example("Zoë’s 日本 – “quoted”\n\n}")
@settings(max_examples=100)
def test_any_title_is_read_back(title: str) -> None:
    key, fields = read(bibtex(CaseStudyPage(title=title, slug="a", as_at=datetime.date(1999, 1, 1)), ""))
    assert key == "a-1999"
    assert fields["title"][0] == "{"
    assert fields["title"][-1] == "}"
    assert unescaped(fields["title"][1:-1]) == " ".join(title.split())
    assert fields["year"] == "1999"


def test_nothing_known_is_an_entry_too() -> None:
    assert read(bibtex(CaseStudyPage(title=""), ""))[0] == "page"
    assert set(read(bibtex(CaseStudyPage(title="A", slug="a"), ""))[1]) == {"title", "howpublished"}
    assert escaped("a~b") == r"a\textasciitilde{}b"


@pytest.mark.django_db
def test_the_page_gives_every_citation_and_its_address(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, 'A "title" & <b>', slug="cited_here")
    address = "http://testserver/case-studies/cited_here/"
    ways = citations(page, address)
    (_, plain, _), (_, entry, rows) = ways
    assert plain == citation(page, page.full_url)
    assert read(entry)[1]["url"] == address
    assert rows > entry.count("\n")
    html = client.get(page.url).content.decode().split('<section class="cite"')[1].split("</section>")[0]
    assert all(f"\n{escape(text)}</textarea>" in html for _, text, _ in ways)
    assert "<b>" not in html
    assert len(re.findall(r"<(?:textarea|input)[^>]*\sreadonly\s[^>]*data-copy=", html)) == 3
    assert "<button" not in html, "a copy button is there only where it works"


def test_the_script_is_small() -> None:
    assert (ROOT / "static/js/copy.js").stat().st_size < 1024


def test_notes_and_contracts_are_cited_too(home: HomePage, index: EmbeddedEngine, client: Client) -> None:
    notes = practice_index(home)
    for page in (note(notes, "A note"), contract(contract_index(notes), "A contract")):
        html = " ".join(client.get(page.url).content.decode().split())
        assert f"“{page.title}”" in html
        assert f'value="{page.full_url}" readonly data-copy="link"' in html
        assert "js/copy" in html
