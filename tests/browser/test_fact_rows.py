"""The rows of facts in the editor: folded to a line, copied, and quickly filled in."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.places import SLUG
from tests.browser.test_admin import number_of, number_of_list, tab, visit

pytestmark = pytest.mark.browser
MOST = 60  # clicks
PARTNERS = {
    "A county council of the east": "Commissioner",
    "A charity for children": "Provider",
    **{f"Investor number {number}": "Funder" for number in range(1, 9)},
}


class Mouse:
    """Counts what has to be clicked. Within a row one goes on by Tab, and a list takes its first letters."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def select(self, target: Locator, label: str) -> None:
        target.select_option(label=label)
        self.clicks += 1

    def fill(self, target: Locator, text: str) -> None:
        target.fill(text)
        self.clicks += 1


def row(editor: Page, rows: str, number: int, /, **values: str) -> None:
    for field, text in values.items():
        editor.locator(f"#id_{rows}-{number}-{field}").fill(text)


def add_partner(editor: Page, mouse: Mouse, number: int, name: str, role: str, role_before: str) -> None:
    if number == 0:
        mouse.click(editor.locator("#id_organisations-ADD"))
        mouse.click(editor.get_by_role("button", name="Choose organisation").filter(visible=True))
    else:
        mouse.click(editor.locator("[data-copy-row]").filter(visible=True).first)
    modal = editor.locator(".modal-body")
    mouse.click(modal.get_by_role("tab", name="Add a new one"))
    modal.get_by_label("Name").fill(name)
    modal.get_by_label("Name").press("Enter")
    expect(modal).to_have_count(0)
    if role != role_before:
        mouse.select(editor.locator(f"#id_organisations-{number}-role"), role)


def test_a_social_impact_bond_takes_few_clicks(editor: Page) -> None:
    mouse = Mouse()
    visit(editor, f"/admin/pages/add/casestudies/casestudypage/{number_of_list(editor)}/")
    mouse.fill(editor.get_by_role("textbox", name="Title").first, "A social impact bond for young people")
    mouse.fill(editor.locator("#id_summary"), "Investors pay for therapy that keeps young people out of care.")
    before = ""
    for number, (name, role) in enumerate(PARTNERS.items()):
        add_partner(editor, mouse, number, name, role, before)
        before = role
    # Each but the last is one line that says who and as what.
    expect(editor.locator("#inline_child_organisations-0 [data-row-summary]")).to_have_text(
        ": A county council of the east, Commissioner"
    )
    mouse.click(editor.get_by_role("tab", name="Facts"))
    mouse.click(editor.locator("#id_places-ADD"))
    row(editor, "places", 0, name="Essex")
    for number, start in enumerate(("November 2012", "April 2014", "April 2016")):
        mouse.click(editor.locator("#id_periods-ADD"))
        row(editor, "periods", number, phase=f"Phase {number + 1}", start=start)
    mouse.select(editor.locator("#id_evidence_level"), "Positive change shown")
    figures = (
        ("Investment", {"amount": "£3.1m"}),
        ("Return", {"ratio": "1.45"}),
        ("Cost a year", {"amount": "£30k", "amount_to": "£200k", "paid_for": "a place in care"}),
    )
    for number, (kind, values) in enumerate(figures):
        mouse.click(editor.locator("#id_costs-ADD"))
        mouse.select(editor.locator(f"#id_costs-{number}-kind"), kind)
        row(editor, "costs", number, **values, source="Evaluation, 2016")
    mouse.click(editor.locator("#id_people-ADD"))
    mouse.select(editor.locator("#id_people-0-kind"), "Reached")
    row(editor, "people", 0, number="388", unit="young people", period="in three phases")
    mouse.click(editor.locator("#id_contracts-ADD"))
    mouse.select(editor.locator("#id_contracts-0-contract_form"), "Payment by results")
    mouse.click(editor.get_by_role("tab", name="How readers find it"))
    mouse.click(editor.get_by_label("Family support"))
    mouse.click(editor.get_by_role("tab", name="Dates and source"))
    mouse.fill(editor.locator("#id_as_at"), "1 December 2016")
    mouse.click(editor.locator("#id_sources-ADD"))
    row(editor, "sources", 0, citation="Evaluation of the bond, 2016")
    editor.keyboard.press("Escape")
    mouse.click(editor.get_by_role("button", name="More actions"))
    mouse.click(editor.get_by_role("button", name="Publish", exact=True))
    expect(editor.locator(".messages")).to_contain_text("published")
    assert mouse.clicks <= MOST
    html = editor.request.get("/case-studies/a-social-impact-bond-for-young-people/").text()
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    for said in (
        "Investor number 8",
        "£3,100,000 invested (Evaluation, 2016)",
        "1.45 times the investment",
        "£30,000 to £200,000 a year for a place in care",
        "388 young people reached, in three phases",
        "Phase 3: from April 2016",
    ):
        assert said in text


def test_rows_fold_to_a_line_open_and_are_copied(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    tab(editor, "Facts")
    first = editor.locator("#inline_child_costs-0")
    expect(first.locator("[data-row-summary]")).to_have_text(": Total cost, 1,234,567, The council’s annual accounts")
    expect(editor.locator("#id_costs-0-amount")).to_be_hidden()
    first.locator("[data-panel-toggle]").click()
    expect(editor.locator("#id_costs-0-amount")).to_be_visible()
    expect(first.locator("[data-row-summary]")).to_have_text("")
    costs = editor.locator("section.foldable-rows").filter(has=editor.locator("#id_costs-ADD"))
    costs.locator("[data-copy-row]").click()
    copied = {
        name: editor.locator(f"#id_costs-2-{name}").input_value() for name in ("kind", "amount", "amount_to", "id")
    }
    assert copied == {"kind": "year", "amount": "30,000", "amount_to": "200,000", "id": ""}
    # Where there is no row there is nothing to copy.
    links = editor.locator("section.foldable-rows").filter(has=editor.locator("#id_places-ADD"))
    expect(links.locator("[data-copy-row]")).to_be_visible()
    links.locator("[title=Delete]").first.click()
    expect(links.locator("[data-copy-row]")).to_be_hidden()
