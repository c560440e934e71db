"""/components/: every shared part of the templates in each of its states, to look at while one works on them.

Only there while DEBUG is on; its content is made up here and of nobody.
"""

import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from casestudies import printing
from casestudies.rows import Outcome, Verification
from core.citing import printed as cited
from core.facts import Fact, text
from core.facts import printed as printed_facts
from core.tables import Cell, Table
from home.front_page import Example, groups
from search.facets import FacetCount
from search.presentation import Chip, PageLink, Row, facets, page_links
from search.query import Query
from search.results import Hit, Relax, Results
from search.sources import kinds


class ExampleForm(forms.Form):
    """A field as it is, one with a hint, one with what is wrong."""

    name = forms.CharField(label="Your name", required=False)
    mail = forms.EmailField(label="Your mail address", required=False, help_text="Only to answer you.")
    question = forms.CharField(label="Your question", widget=forms.Textarea({"rows": 3}))


def components(request: HttpRequest) -> HttpResponse:
    return render(request, "cop_site/components.html", context())


def context() -> dict[str, Any]:
    values = (
        FacetCount("a", "A group", 12, selected=False),
        FacetCount("b", "An area in it", 5, selected=True, level=1),
    )
    return {
        "above": [("/case-studies/", "A page above")],
        "groups": groups(values),
        "form": ExampleForm({"name": "", "mail": "", "question": ""}),
        "page": {"pk": 0},
        "overdue": {"review_overdue": True, "review_date": datetime.date(2007, 12, 1)},
        "provenance": printed_facts([Fact("Source", text("Where it is from")), Fact("Licence", text(""))]),
        "kinds": [(kind.slug, kind.label) for kind in kinds().values()],
        "levels": list("012345"),
        "maps": [("no region", []), ("one", ["london"]), ("England-wide", ["england-wide"])],
        "covers": [(number, f"group-{number}", range(number % 5)) for number in range(1, 7)],
        "icons": ["search", "arrow", "cross", "filter", "feed", "file", "mail", "clock", "person"],
        "rows": [_row("case-study", 1), _row("page", 2)],
        "examples": [Example(_row("case-study", 3), None)],
        "outcomes": printing.outcomes(_outcomes()),
        "table": _table(),
        "ways_to_cite": cited([("plain text", "Publisher, “Title”, as at when, address.", 3)], "https://example.org/"),
        "chips": [Chip("Region", "London", "#"), Chip("From", "2001", "#")],
        "clear_url": "#",
        "facets": facets({"area": values}, "#{}".format),
        "query": Query(text="words that were asked for"),
        "results": Results(total=95, pages=10, page=5),
        "links": page_links(
            [
                PageLink(1, "#"),
                PageLink(4, "#", gap_before=True),
                PageLink(5, "#", current=True),
                PageLink(6, "#"),
            ]
        ),
        "previous_url": "#",
        "next_url": "#",
        "relax": [(Chip("Region", "London", "#"), Relax("region", "london", 3).total)],
        "action": "/search/",
    }


def _row(kind: str, number: int) -> Row:
    hit = Hit(
        page_id=number,
        kind=kind,
        title="A title",
        url="#",
        summary="One or two sentences that say what it is and for whom.",
        date=datetime.date(2007, 12, 1),
        facets={"stage": ["plan", "do"]} if kind == "case-study" else {},
        organisations=["An organisation", "Another"],
        title_html="A title",
        snippet_html="",
        exact=True,
    )
    title = mark_safe("A title that has one of the <mark>words</mark>")
    snippet = mark_safe("What stands around the <mark>words</mark> that were asked for, in a line or two.")
    return Row(
        hit,
        kinds()[kind].label,
        title,
        snippet,
        "An organisation and 1 more",
        "London",
        "group-1",
        "2",
        "Positive change shown",
        "Plan, Do" if kind == "case-study" else "",
    )


def _outcomes() -> list[Outcome]:
    full = Outcome(
        measure="What was measured",
        before="58",
        after="41",
        unit="per cent of clients",
        date=datetime.date(2007, 6, 1),
        source="Where the figure stands",
        verification=Verification.INDEPENDENT,
    )
    return [full, Outcome(measure="What was measured, with one value only", after="a third")]


def _table() -> Table:
    head = (Cell(""), *(Cell(f"Heading {number}", True, "col") for number in range(1, 9)))
    rows = [(Cell(name, names="row"), *(Cell("1,234", True) for _ in head[1:])) for name in ("A name", "Another name")]
    return Table("What the table shows, and when it was counted", head, tuple(rows), "Where the figures stand")
