"""The table block: what it asks of editors, what readers get of it, and that nothing of it is lost on the way."""

import re
from typing import Any

import pytest
from django.test import Client
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.blocks import StructBlockValidationError

from bulletins.blocks import COLUMNS, ItemsBlock
from bulletins.issue import issue_of
from bulletins.models import BulletinIndexPage, BulletinPage
from bulletins.preflight import preflight
from bulletins.rendering import letter_of
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from core.blocks import ROWS, TableBlock
from home.models import HomePage
from practice.models import PracticeNotePage
from search.embedded.engine import EmbeddedEngine
from tests.bulletins.conftest import section
from tests.factories import bulletin, bulletin_index, case_study, note, practice_index, table
from tests.forms import complete, edit_url

HOUSED = table(
    "People housed, by year & place",
    ("", "2003", "2004"),
    ("Norwich", "200", "<b>356</b>"),
    ("Ely\nand March", "", "41"),
    source="Annual report, 2007",
)
TEXT = (
    "People housed, by year & place. | 2003 | 2004. Norwich | 200 | <b>356</b>. Ely and March | | 41."
    " Source: Annual report, 2007."
)


def problems(value: dict[str, Any], block: TableBlock | None = None, *, draft: bool = False) -> list[str]:
    """What the form says of a table."""
    block = block or TableBlock()
    try:
        (block.clean_deferred if draft else block.clean)(block.normalize(value))
    except StructBlockValidationError as error:
        found: list[str] = error.block_errors["grid"].as_json_data()["messages"]
        return found
    return []


def wide(columns: int) -> dict[str, Any]:
    return table("Wide", *[tuple(f"{row} {column}" for column in range(columns)) for row in range(2)])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (HOUSED, ""),
        (table(" ", ("Year",), ("2003",)), "caption"),
        (table("C", ("Year",)), "at least one row"),
        (table("C", ("Year",), (" ",)), "at least one row"),
        (table("C", ("Year", ""), ("2003", "1")), "column 2 has none"),
        (table("C", ("", "People"), ("2003", "1"), row_headers=False), "column 1 has none"),
        (table("C", *[("2003",)] * (ROWS + 2)), "101"),
        (wide(13), "room for 12"),
    ],
)
def test_what_publishing_asks_of_a_table(value: dict[str, Any], said: str) -> None:
    found = problems(value)
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_a_draft_keeps_what_is_there_but_no_more_than_a_page_can_hold() -> None:
    half = table("", ("", ""), ("2003", ""), ("", ""))
    assert problems(half, draft=True) == []
    block = TableBlock()
    assert block.get_prep_value(block.clean_deferred(block.normalize(half))) == half
    assert problems(table("", *[("1",)] * (ROWS + 2)), draft=True)


def test_rows_and_columns_that_say_nothing_at_the_ends_are_left_out() -> None:
    block = TableBlock()
    cleaned = block.clean(block.normalize(table("C", ("Year", "", " "), ("", "", ""), ("2003", "", ""), ("", " ", ""))))
    assert [[cell.text for cell in row] for row in (cleaned.table.head, *cleaned.table.rows)] == [
        ["Year"],
        [""],
        ["2003"],
    ]


def test_a_mail_has_room_for_fewer_columns() -> None:
    block = ItemsBlock().child_blocks["table"]
    assert problems(wide(COLUMNS), block) == []
    assert f"room for {COLUMNS} columns" in problems(wide(COLUMNS + 1), block)[0]


def read(html: str) -> str:
    """The table as a reader's program has it: without the blanks of the template."""
    found = re.search(r'<div class="table-region".*?</table>\s*</div>', html, re.DOTALL)
    assert found
    return re.sub(r"\s*\n\s*", "", found[0])


WANTED = (
    '<div class="table-region"role="region"aria-label="People housed, by year &amp; place"tabindex="0"><table>'
    "<caption>People housed, by year &amp; place</caption>"
    '<thead><tr><td></td><th scope="col" class="figure">2003</th><th scope="col" class="figure">2004</th></tr></thead>'
    '<tbody><tr><th scope="row">Norwich</th><td class="figure">200</td><td class="figure">&lt;b&gt;356&lt;/b&gt;</td></tr>'
    '<tr><th scope="row">Ely and March</th><td class="figure"></td><td class="figure">41</td></tr></tbody></table></div>'
)


@pytest.mark.django_db
def test_a_case_study_shows_it_and_search_finds_each_cell(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Housed", slug="housed")
    page.body = [("table", HOUSED)]
    page.save_revision().publish()
    assert read(client.get("/case-studies/housed/").content.decode()) == WANTED
    (entry,) = CaseStudyPage.search_documents(CaseStudyPage.objects.all())
    assert TEXT in entry.body
    for words in ("norwich", "200", "356", "march", "annual report"):
        found = client.get("/search/", {"q": words, "format": "json"}).json()
        assert [hit["title"] for hit in found["results"]] == ["Housed"], words


@pytest.mark.django_db
def test_a_note_shows_it_and_search_knows_it(home: HomePage, client: Client) -> None:
    page = note(practice_index(home), "Housed", slug="housed", how_to=[("table", HOUSED)])
    assert read(client.get(page.url).content.decode()) == WANTED
    (entry,) = PracticeNotePage.search_documents(PracticeNotePage.objects.all())
    assert TEXT in entry.body


@pytest.mark.django_db
def test_tables_in_the_rich_text_of_a_block_do_not_run_together(home: HomePage) -> None:
    rich = "<table><tr><td>People accommodated<td>200<td>356</table>"
    step = {"title": "A step", "text": rich}
    note(
        practice_index(home),
        "Housed",
        how_to=[("step", step), ("advice", rich)],
        pitfalls=[("pitfall", {"what": "W", "instead": rich})],
    )
    (entry,) = PracticeNotePage.search_documents(PracticeNotePage.objects.all())
    assert entry.body.count("People accommodated | 200 | 356.") == 3


@pytest.mark.django_db
def test_drafts_and_the_page_s_data_keep_all_of_it(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Housed")
    page.body = [("table", HOUSED)]
    page.save_revision()
    (block,) = page.get_latest_revision_as_object().body
    assert block.block.get_prep_value(block.value) == HOUSED
    assert block.block.get_api_representation(block.value) == HOUSED


def form(**cells: str) -> dict[str, object]:
    """The body of a case study with one table of two columns and a row, as a browser sends it."""
    grid = {"caption": "", "column-count": 2, "row-count": 1, "row-0-order": 0, "row-0-deleted": ""}
    for number, kind in enumerate(("text", "figure")):
        name = f"column-{number}"
        grid |= {f"{name}-type": kind, f"{name}-order": number, f"{name}-heading": "", f"{name}-deleted": ""}
        grid[f"cell-0-{number}"] = ""
    sent = {f"body-0-value-grid-{name}": value for name, value in (grid | cells).items()}
    block = {"body-count": 1, "body-0-type": "table", "body-0-deleted": "", "body-0-order": 0, "body-0-id": ""}
    return block | sent | {"body-0-value-source": ""}


@pytest.mark.django_db
def test_a_half_filled_table_is_saved_as_a_draft_and_publishing_says_what_it_lacks(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "Housed")
    half = form(**{"cell-0-0": "Norwich", "column-1-heading": "2003", "cell-0-1": "200"})
    assert admin_client.post(edit_url(page), complete(page, **half)).status_code == 302
    (kept,) = CaseStudyPage.objects.get(pk=page.pk).get_latest_revision_as_object().body
    assert [cell.text for cell in kept.value.table.rows[0]] == ["Norwich", "200"]
    answer = admin_client.post(edit_url(page), complete(page, **half, **{"action-publish": "1"}))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Give the table a caption that says what it shows." in html
    assert "column 1 has none" in html
    assert "Norwich" in html


@pytest.fixture
def issue(home: HomePage) -> BulletinPage:
    return bulletin(bulletin_index(home), sections=[section("Figures", ("table", HOUSED))])


@pytest.mark.django_db
def test_a_bulletin_has_it_on_the_web_in_mail_and_in_plain_text(issue: BulletinPage, client: Client) -> None:
    assert read(client.get(issue.url).content.decode()) == WANTED
    letter = letter_of(issue_of(issue))
    data = letter.html[letter.html.index('<table class="data"') :].split("</table>")[0]
    assert re.search(r'<caption style="[^"]+">People housed, by year &amp; place</caption>', data)
    assert re.search(r'<th scope="row" style="[^"]+">Norwich</th>', data)
    assert re.search(r'<td class="figure" style="[^"]*text-align: ?right[^"]*">200</td>', data)
    assert (
        "Table: People housed, by year & place\n- Norwich; 2003: 200; 2004: <b>356</b>\n- Ely and March; 2004: 41\n"
        "Source: Annual report, 2007"
    ) in letter.text
    (entry,) = BulletinPage.search_documents(BulletinPage.objects.all())
    assert TEXT in entry.body


@pytest.mark.django_db
def test_preflight_asks_for_the_caption_of_a_table(issue: BulletinPage) -> None:
    def found() -> list[str]:
        read = issue_of(issue)
        return [finding.what for finding in preflight(read, letter_of(read))]

    assert found() == []
    issue.sections = [section("Figures", ("table", HOUSED | {"grid": HOUSED["grid"] | {"caption": ""}}))]
    assert found() == ["A table has no caption."]


@pytest.mark.django_db
def test_an_empty_table_is_left_out_of_a_bulletin(home: HomePage, client: Client) -> None:
    archive: BulletinIndexPage = bulletin_index(home)
    page = bulletin(
        archive, sections=[section("Figures", ("table", TableBlock().get_prep_value(TableBlock().get_default())))]
    )
    assert not list(issue_of(page).items())
    assert client.get(page.url).status_code == 200


def test_every_field_of_formatted_text_says_what_a_paste_lost() -> None:
    assert "js/admin/pasting.js" in str(get_rich_text_editor_widget(features=["bold"]).media)
