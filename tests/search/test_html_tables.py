"""Tables in rich text: wherever it is turned to text, cells and rows stay apart."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.admin.rich_text import get_rich_text_editor_widget

from bulletins.rich_text import as_html, as_text, prose
from search.documents import plain_from_html
from search.html_tables import rows_as_paragraphs
from search.rich_text import plain_from_rich_text

WORD = (  # as a word processor writes it
    "<p>Before</p><table border=1><caption>Housed</caption><thead>\n<tr><th></th><th><p>2003</p></th></tr></thead><tr>"
    '<td><p class="MsoNormal">People<o:p></o:p></p><p>accommodated</p></td><td><b>200</b></td></tr></table><p>After</p>'
)
LEFT_OUT = "<table><tr><td>People accommodated<td>200<tr><td>People moved on<td>356</table>"
WITHIN = "<table><tr><td><table><tr><td>One<td>Two</table></td><td>Three</td></tr></table>"


@pytest.mark.parametrize("read", [plain_from_html, plain_from_rich_text])
@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (WORD, "Before Housed. | 2003. People accommodated | 200. After"),
        (LEFT_OUT, "People accommodated | 200. People moved on | 356."),
        (WITHIN, "One | Two | Three."),
        ("<TABLE><TR><TD>One</TD><TD>Is it?</TD></TR></TABLE>", "One | Is it?"),
        ("<table><tr><td> </td></tr></table>No table", "No table"),
        ("<dl><dt>People</dt><dd>200</dd><dt>Moved<dd>356</dl>", "People 200 Moved 356"),
        ("<div>People<div>200</div>356</div><pre>a</pre>b", "People 200 356 a b"),
        ('<ul><li>One<li>Two</ul>Three<br class="x">Four', "One Two Three Four"),
        ("<table><tr><td><![if !supportLists]>One<![endif]><td>Two<!-- a note --></table>", "One | Two."),
        ("<table><tr><td>One<script>alert(1)</script></td></tr></table>", "One."),
    ],
)
def test_nothing_runs_together_in_search(read: Callable[[str], str], markup: str, text: str) -> None:
    assert read(markup) == text


@given(
    st.lists(st.lists(st.sampled_from(["People", "200", "356", ""]), min_size=1, max_size=3), min_size=1, max_size=3)
)
@settings(max_examples=20)
def test_each_cell_stays_a_word_of_its_own(rows: list[list[str]]) -> None:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    found = plain_from_rich_text(f"<table>{cells}</table>").replace("|", " ").replace(".", " ").split()
    assert found == [cell for row in rows for cell in row if cell]


def test_what_is_no_table_stays_as_it_is() -> None:
    markup = '<p data-block-key="a">One &nbsp; two<br/></p><ul><li>Three</li></ul>'
    assert rows_as_paragraphs(markup) is markup


def test_links_and_emphasis_of_a_cell_are_kept() -> None:
    markup = '<table><tr><td><a href="/a?b=1&amp;c=2"><b>One</b></a> &lt;i&gt;</td><td><a id="3" linktype="page">Two</a></td></tr></table>'
    wanted = '<p><a href="/a?b=1&amp;c=2"><b>One</b></a> &lt;i&gt; | <a id="3" linktype="page">Two</a></p>'
    assert rows_as_paragraphs(markup) == wanted


def test_the_editor_opens_a_table_as_paragraphs_and_does_not_join_its_cells() -> None:
    state = json.loads(get_rich_text_editor_widget(features=["bold"]).format_value(WORD))
    texts = [block["text"] for block in state["blocks"]]
    assert texts == ["Before", "Housed", "| 2003", "People accommodated | 200", "After"]
    assert state["blocks"][3]["inlineStyleRanges"] == [{"offset": 22, "length": 3, "style": "BOLD"}]


def test_the_mail_has_a_paragraph_for_each_row() -> None:
    assert as_text(prose(LEFT_OUT)) == "People accommodated | 200\n\nPeople moved on | 356"
    assert as_html(prose(LEFT_OUT)) == "<p>People accommodated | 200</p>\n<p>People moved on | 356</p>"
    assert as_text(prose("<dl><dt>People<dd>200</dl>")) == "People\n\n200"
