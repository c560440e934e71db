"""What an editor pastes from a word processor, a spreadsheet or the web, in a real browser."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

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
    "<a style='mso-footnote-id:ftn1' href=\"#_ftn1\" name=\"_ftnref1\" title=\"\"><span class=MsoFootnoteReference>"
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


def edit(page: Page, slug: str) -> None:
    visit(page, f"/admin/pages/{number_of(page, slug)}/edit/")


def field(page: Page, contentpath: str) -> Locator:
    """The formatted text of the first block of this kind that is named so, or of the field."""
    return page.locator(f"[data-contentpath='{contentpath}']").first.locator("[data-draftail-editor-wrapper]").first


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
    return [(block["type"], block["text"]) for block in state["blocks"]]
