"""/components/: every shared part of the templates in each of its states, to look at while one works on them.

Only there while DEBUG is on; its content is made up here and of nobody.
"""

import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from casestudies import pictures
from casestudies.rows import Outcome, Verification
from core.facts import Fact, Provenance
from core.tables import Cell, Table
from home.front_page import Example, groups
from search.facets import FacetCount
from search.presentation import Brief, Chip, PageLink, Row, facets, years
from search.query import Query
from search.results import Relax, Results
from search.sources import kinds


class ExampleForm(forms.Form):
    """A field as it is, one with a hint, one with what is wrong."""

    name = forms.CharField(label="Your name", required=False)
    mail = forms.EmailField(label="Your email address", required=False, help_text="Only to answer you.")
    question = forms.CharField(label="Your question", widget=forms.Textarea({"rows": 3}))


def components(request: HttpRequest) -> HttpResponse:
    return render(request, "cop_site/components.html", context())


def context() -> dict[str, Any]:
    values = (
        FacetCount("a", "A group", 12, selected=False),
        FacetCount("b", "An area in it", 5, selected=True, level=1),
    )
    rows = [_row("case-study", 1), _row("page", 2)]
    return {
        "above": [("/case-studies/", "A page above")],
        "groups": groups(values),
        "form": ExampleForm({"name": "", "mail": "", "question": ""}),
        "page": {"pk": 0},
        "overdue": {"review_overdue": True, "review_date": datetime.date(2007, 12, 1)},
        "provenance": Provenance("Where it is from", ("https://example.org/",), "", "1 December 2007", "", "", None),
        "facts": [
            Fact("Cost", "£120,000 a year (annual accounts)"),
            Fact("Region", "", (("London", "#"),)),
            Fact("Contact"),
        ],
        "brief": [Brief(page_id="1", url="#", title="A title", summary="One or two sentences.")],
        "kinds": [(kind.slug, kind.label) for kind in kinds().values()],
        "levels": list("012345"),
        "maps": [("no region", []), ("one", ["london"]), ("England-wide", ["england-wide"])],
        "covers": [(number, f"group-{number}", range(number % 5)) for number in range(1, 7)],
        "icons": ["search", "arrow", "cross", "filter", "feed", "file", "mail", "clock", "person"],
        "rows": rows,
        "examples": [Example(_row("case-study", 3), None)],
        "outcomes": pictures.outcomes(_outcomes()),
        "table": _table(),
        "citations": [("1", "plain text", "Publisher, “Title”, as at when, URL.", "3")],
        "page_url": "https://example.org/",
        "chips": [Chip("Region", "London", "#"), Chip("From", "2001", "#")],
        "clear_url": "#",
        "facets": facets({"area": values}, "#{}".format),
        "query": Query(text="words that were asked for"),
        "results": Results(total=95, pages=10, page=5),
        "years": years((FacetCount("2007", "2007", 12, selected=False),)),
        "links": [
            PageLink("1", "#"),
            PageLink("4", "#", gap_before=True),
            PageLink("5", "#", current=True),
            PageLink("6", "#"),
        ],
        "previous_url": "#",
        "next_url": "#",
        "relax": [(Chip("Region", "London", "#"), Relax("region", "london", 3).total)],
        "action": "/search/",
    }


def _row(kind: str, number: int) -> Row:
    return Row(
        page_id=str(number),
        url="#",
        kind=kind,
        kind_label=kinds()[kind].label,
        title=mark_safe("A title that has one of the <mark>words</mark>"),
        snippet=mark_safe("What stands around the <mark>words</mark> that were asked for, in a line or two."),
        summary="One or two sentences that say what it is and for whom.",
        organisations="An organisation and 1 more",
        region="London",
        group="group-1",
        date=datetime.date(2007, 12, 1),
        day="2007-12-01",
        evidence="2, positive change shown",
        stages="Plan, Do" if kind == "case-study" else "",
        stage_slugs=["plan", "do"] if kind == "case-study" else [],
        begins_partial=False,
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
