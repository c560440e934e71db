"""What an editor pastes from a word processor, a spreadsheet or the web, in a real browser."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.places import NOTE, SLUG
from tests.browser.test_admin import add_block, number_of, visit

pytestmark = pytest.mark.browser
PASTE = """(target, [html, text]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  data.setData("text/plain", text);
  target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
NOTE_MARK = (
    '<a style=\'mso-footnote-id:ftn1\' href="#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference>'
    "<span style='mso-special-character:footnote'><![if !supportFootnotes]>1<![endif]></span></span></a>"
)
# As Word puts it on the clipboard, but for its styles.
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {{ color: red }}</style></head><body>
<!--StartFragment--><h1>How many<o:p></o:p></h1>
<p class=MsoNormal>In all, 556 people{NOTE_MARK} were housed on 5&nbsp;km<sup>2</sup>, and <s>a third</s> moved on.</p>
<h2>By year</h2>
<table class=MsoTableGrid border=1><tr><td rowspan=2><p class=MsoNormal>People<o:p></o:p></p><p>accommodated</p></td>
<td><p class=MsoNormal><b>2003</b></p></td><td><p class=MsoNormal>200</p></td></tr>
<tr><td><p class=MsoNormal>2004</p></td><td><p class=MsoNormal>356</p></td></tr></table>
<p class=MsoQuote>It changed <i>how we buy.</i></p>
<blockquote><p>One.</p><p>Two.</p></blockquote>
<p class=MsoNormal>The end.<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[AB1]</a></span></p>
<img src="file:///C:/picture.png">
<div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText>
<a href="#_ftnref1"><span class=MsoFootnoteReference>1</span></a> Annual report.</p></div></div>
<div style='mso-element:comment-list'><p class=MsoCommentText>Is this true?</p></div><!--EndFragment--></body></html>"""
SHEET = """<table><caption>People housed</caption><tr><td rowspan=2>Place</td><td colspan=2>Housed</td></tr>
<tr><td>200</td><td>5%</td></tr><tr><td>Ely<br>and March</td><td>£1,356</td><td>-</td></tr></table>"""


WORD_KEPT = [
    ("header-three", "How many"),
    ("unstyled", "In all, 556 people[1] were housed on 5 km², and a third moved on."),
    ("header-three", "By year"),
    ("unstyled", "People accommodated | 2003 | 200"),
    ("unstyled", "2004 | 356"),
    ("unstyled", "“It changed how we buy.”"),
    ("unstyled", "“One."),
    ("unstyled", "Two.”"),
    ("unstyled", "The end."),
    ("unstyled", "[1] Annual report."),
]
COPIED = """place => {
  const data = new DataTransfer();
  place.dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
  return data.getData("text/html");
}"""
CELLS = """box => [...box.querySelectorAll("thead tr, tbody tr")].map(row =>
  [...row.querySelectorAll("textarea, input[type=text]")].map(cell => cell.value))"""


def block(page: Page, kind: str) -> Locator:
    """The first block of this kind in the form."""
    return page.locator("[data-streamfield-child]").filter(has=page.locator(f"input[type=hidden][value={kind}]")).first


def field(part: Locator) -> Locator:
    return part.locator("[data-draftail-editor-wrapper]").first


def notice(field: Locator) -> Locator:
    return field.locator("xpath=following-sibling::*[1][@role='status']")


def paste(target: Locator, html: str, text: str = "") -> None:
    target.evaluate(PASTE, [html, text])


def emptied(field: Locator) -> Locator:
    """The place to write in, with nothing in it."""
    place = field.locator("[contenteditable=true]")
    place.click()
    place.press("Control+a")
    place.press("Delete")
    place.press("Backspace")
    return place


def held(field: Locator) -> list[tuple[str, str]]:
    """Kind and text of each block, as the form will send them."""
    state: dict[str, Any] = json.loads(field.locator("xpath=..").locator("input[type=hidden]").first.input_value())
    return [(block["type"], block["text"]) for block in (state or {"blocks": []})["blocks"]]


def expect_held(field: Locator, wanted: list[tuple[str, str]]) -> None:
    """The editor hands over what it holds a moment after it changed."""
    hidden = field.locator("xpath=..").locator("input[type=hidden]").first
    expect(hidden).to_have_value(re.compile(re.escape(wanted[-1][1])))
    assert held(field) == wanted


def test_what_word_puts_on_the_clipboard_is_kept_apart_and_what_is_lost_is_said(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    lessons = field(block(editor, "lessons"))
    place = emptied(lessons)
    expect(notice(lessons)).to_be_empty()  # there before it speaks
    paste(place, WORD)
    expect_held(lessons, WORD_KEPT)
    for said in ("table", "Table block", "Footnote", "quotation", "Pictures", "struck through", "Comments"):
        expect(notice(lessons)).to_contain_text(said)
    paste(emptied(lessons), "", "One\tTwo")
    expect_held(lessons, [("unstyled", "One | Two")])
    expect(notice(lessons)).not_to_contain_text("Footnote")
    paste(emptied(lessons), "<h4>Only a heading</h4>")
    expect_held(lessons, [("header-three", "Only a heading")])
    expect(notice(lessons)).to_be_empty()


def test_headings_go_where_a_field_has_them(editor: Page) -> None:
    number = number_of(editor, NOTE, "practice-note")
    visit(editor, f"/admin/pages/{number}/edit/")
    about, step = field(editor.locator("[data-contentpath=about]")), field(block(editor, "step"))
    paste(
        emptied(about), "<p role=heading aria-level=2>A heading</p><table><tr><td><p>Framed words</p></td></tr></table>"
    )
    expect_held(about, [("header-three", "A heading"), ("unstyled", "Framed words")])
    expect(notice(about)).to_be_empty()
    place = about.locator("[contenteditable=true]")
    place.press("Control+a")
    copied = place.evaluate(COPIED)
    paste(emptied(step), copied)
    expect_held(step, [("unstyled", "A heading"), ("unstyled", "Framed words")])
    expect(notice(step)).to_contain_text("this field has no headings")


def test_a_pasted_table_fills_an_empty_table_block_and_no_other(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    boxes = editor.locator(".typed-table-block")
    before = boxes.count()
    add_block(editor, "Table")
    box = boxes.last
    wanted = [["Place", "Housed", "Housed"], ["Place", "200", "5%"], ["Ely and March", "£1,356", "-"]]
    caption = box.get_by_label("Caption")
    paste(caption, SHEET)
    assert box.evaluate(CELLS) == wanted
    expect(caption).to_have_value("People housed")
    assert box.locator("input[name$=-type]").evaluate_all("all => all.map(one => one.value)") == [
        "text",
        "figure",
        "figure",
    ]
    paste(box.locator("textarea").first, "", "One\tTwo\nThree\tFour")
    assert box.evaluate(CELLS) == wanted
    expect(notice(box)).to_contain_text("nothing was pasted")
    caption.fill("Another caption")
    editor.locator("[data-streamfield-child]").filter(has=boxes).last.get_by_role("button", name="Duplicate").click()
    expect(boxes).to_have_count(before + 2)
    expect(boxes.last.get_by_label("Caption")).to_have_value("Another caption")
    assert boxes.last.evaluate(CELLS) == wanted


def test_a_wide_table_scrolls_within_its_region_by_keyboard(open_page: Opener) -> None:
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto(f"/case-studies/{SLUG}/")
    region = page.get_by_role("region", name="People accommodated, by year and place")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("region => region.scrollLeft > 0", arg=region.element_handle())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    caption = region.locator("caption").bounding_box()
    assert caption
    assert 0 <= caption["x"] <= caption["x"] + caption["width"] <= 320
    page.emulate_media(media="print")
    assert region.evaluate("one => getComputedStyle(one).overflowX") == "visible"
