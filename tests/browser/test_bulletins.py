"""An editor makes an issue: writes, takes what is suggested, looks at all three renderings, mends, sends a test copy."""

import re

import pytest
from playwright.sync_api import Page, expect

from bulletins.blocks import COLUMNS
from bulletins.issue import Issue, Item, Place, Section
from bulletins.rendering import mail_html
from bulletins.rich_text import prose
from core.tables import Cell, Table
from tests.browser.conftest import Opener
from tests.browser.served import Served
from tests.browser.test_admin import tab, visit
from tests.browser.waits import editor_knows_what_was_saved, next_page
from tests.smtp_sink import Sink

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(mail_site: Served) -> Served:
    return mail_site


def save(page: Page) -> None:
    with next_page(page):
        page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".messages")).to_contain_text(re.compile("created|updated"))


def test_from_a_blank_issue_to_a_test_copy(editor: Page, mail_sink: Sink) -> None:
    visit(editor, "/admin/")
    editor.get_by_role("link", name="E-bulletins", exact=True).first.click()
    editor.get_by_role("link", name=re.compile("Add e-bulletin")).first.click()
    editor.wait_for_load_state("networkidle")
    editor_knows_what_was_saved(editor)
    editor.get_by_role("textbox", name="Title").first.press_sequentially("Spring, and what is new")
    editor.locator("#id_season").select_option("spring")
    editor.locator("#id_year").fill("2008")
    tab(editor, "Mail")
    editor.locator("#id_subject").fill("Spring 2008: what is new")
    save(editor)

    editor.get_by_role("link", name="Suggest this quarter’s content").click()
    expect(editor.locator("main")).to_contain_text("since the issue before was published on")
    expect(editor.get_by_role("checkbox").first).to_be_checked()
    editor.get_by_role("button", name="Add to the draft").click()
    expect(editor.locator(".messages")).to_contain_text(re.compile("added to the draft: .*“An example with everything"))
    editor.wait_for_load_state("networkidle")
    address = editor.url.split("#")[0]

    toggle = editor.get_by_role("button", name="Toggle preview")
    toggle.click()
    frame = editor.frame_locator("iframe.w-preview__iframe")
    expect(frame.first.locator("h1")).to_have_text("Spring, and what is new")
    editor.get_by_label("Preview mode").select_option("mail")
    expect(frame.first.locator("table.sheet h1")).to_have_text("Spring, and what is new")
    expect(frame.first.locator("td.masthead")).to_have_css("background-color", "rgb(107, 45, 92)")
    editor.get_by_label("Preview mode").select_option("text")
    expect(frame.first.locator("pre")).to_contain_text("Spring, and what is new\n=======================")
    editor.wait_for_load_state("networkidle")

    visit(editor, address)
    editor.get_by_role("link", name="Preflight and test copy").first.click()
    expect(editor.locator("main")).to_contain_text("The preheader is empty")
    editor.get_by_role("link", name="the preheader").click()
    editor.wait_for_load_state("networkidle")
    expect(editor.locator("#id_preheader")).to_be_visible()
    editor_knows_what_was_saved(editor)
    editor.locator("#id_preheader").fill("One example with everything.")
    save(editor)
    editor.get_by_role("tab", name="Issue").click()
    editor.get_by_role("link", name="Preflight and test copy").first.click()
    expect(editor.locator("main")).not_to_contain_text("The preheader is empty")
    expect(editor.locator("main")).to_contain_text("It is not published.")
    editor.get_by_role("button", name="Send a test copy to me").click()
    expect(editor.locator(".messages")).to_contain_text("A test copy is on its way to admin@example.com.")
    (mail,) = [mail for mail in mail_sink.mails if mail["Subject"] == "Test copy: Spring 2008: what is new"]
    html = mail.get_body(("html",))
    assert html is not None
    assert "An example with everything" in html.get_content()


def test_the_mail_fits(open_page: Opener, editor: Page, mail_sink: Sink) -> None:
    visit(editor, "/admin/bulletins/")
    editor.get_by_role("link", name="Partnership in Public Services, one year on").first.click()
    editor.get_by_role("link", name="Preflight and test copy").first.click()
    editor.get_by_role("button", name="Send a test copy to me").click()
    expect(editor.locator(".messages")).to_contain_text("A test copy is on its way")
    html = mail_sink.mails[-1].get_body(("html",))
    assert html is not None
    for scheme, colour in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(27, 33, 42)")):
        page = open_page(color_scheme=scheme)
        page.set_content(html.get_content())
        expect(page.locator("td.body")).to_have_css("background-color", colour)
        for width in (600, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            sheet = page.locator("table.sheet").bounding_box()
            assert sheet is not None
            assert sheet["width"] == width


def test_a_long_word_makes_no_mail_wider(open_page: Opener) -> None:
    """In whatever place of it, and figures of a table stay whole."""
    word = "x" * 160
    place = Place("somewhere")
    said = prose(f'<p>{word} <a href="https://example.org/">{word}</a></p><h3>{word}</h3><ul><li>{word}</li></ul>')
    row = tuple(Cell(text) for text in ("Commissioning organisations", word, "Manchester", "£1,200,000"))
    assert len(row) == COLUMNS
    table = Table(word, row, (row, row), word)
    items = (
        Item(word, word, "https://example.org/", said, None, place),
        Item("", word, "", (), None, place, table),
    )
    issue = Issue(word, "winter 2007", 4, word, word, "", word, said, (Section(word, items, place),), None, word)
    page = open_page()
    page.set_content(mail_html(issue).replace("src=", "data-src="))  # its picture is on no server here
    for width in (600, 360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        lines = page.locator(".data td", has_text="£1,200,000").first.evaluate(
            "one => { const r = document.createRange(); r.selectNodeContents(one); return r.getClientRects().length }"
        )
        assert lines == 1
