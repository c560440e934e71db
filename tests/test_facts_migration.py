"""What a case study said once becomes rows: on pages, and in drafts, scheduled revisions and those in a workflow."""

import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from wagtail.models import Revision, Workflow, WorkflowPage

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.queries import ROWS
from taxonomy.models import Facet, Term
from tests.factories import case_study, term
from tests.forms import edit_url

into_rows = import_module("casestudies.migrations.0003_facts_into_rows")
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "places": [{"name": "Norfolk"}],
    "periods": [{"phase": "", "start": datetime.date(2007, 10, 1), "end": None, "note": "three years"}],
    "costs": [{"kind": "year", "amount": Decimal("12000.50"), "source": "annual report"}],
    "contacts": [{"name": "Somebody", "role": "manager", "email": "somebody@example.org"}],
    "sources": [{"citation": "A report, 2007", "url": "https://www.example.org/report.pdf"}],
    "people": [],
    "links": [],
    "milestones": [],
}


def before(form: Term) -> dict[str, Any]:
    """The facts as a revision of before holds them."""
    return {
        "place": "Norfolk",
        "period_start": "2007-10-01",
        "period_end": None,
        "period_note": "three years",
        "contract_form": form.pk,
        "cost_amount": "12000.50",
        "cost_basis": "year",
        "cost_source": "annual report",
        "contact_name": "Somebody",
        "contact_role": "manager",
        "contact_email": "somebody@example.org",
        "source": "A report, 2007",
        "source_url": "https://www.example.org/report.pdf",
    }


def as_it_was(revision: Revision, values: dict[str, Any]) -> None:
    """Make the revision one of before the change."""
    held = {name: value for name, value in revision.content.items() if name not in ROWS or name == "outcomes"}
    Revision.objects.filter(pk=revision.pk).update(content=held | values)


def assert_as_expected(page: CaseStudyPage, form: Term) -> None:
    for name, expected in EXPECTED.items():
        rows = list(getattr(page, name).all())
        assert len(rows) == len(expected), name
        for row, values in zip(rows, expected, strict=True):
            assert {key: getattr(row, key) for key in values} == values
    assert [row.contract_form for row in page.contracts.all()] == [form]


@pytest.mark.dialect
@pytest.mark.django_db
def test_drafts_scheduled_revisions_and_those_in_a_workflow_keep_every_fact(
    listing: CaseStudyIndexPage, admin_client: Client, admin: Any
) -> None:
    form = term(Facet.CONTRACT, "grant")
    drafted, scheduled, moderated = (case_study(listing, title, live=False) for title in ("Draft", "Later", "Asked"))
    WorkflowPage.objects.create(page=moderated, workflow=Workflow.objects.create(name="Moderation"))
    for page in (drafted, scheduled, moderated):
        as_it_was(page.save_revision(), before(form))
    moderated.refresh_from_db()
    moderated.get_workflow().start(moderated, admin)
    day = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
    Revision.objects.filter(pk=scheduled.revisions.get().pk).update(approved_go_live_at=day)
    into_rows.revisions_into_rows(apps, None)
    for page in (drafted, scheduled, moderated):
        revision = page.revisions.get()
        assert not set(into_rows.FIELDS) & revision.content.keys()
        assert_as_expected(revision.as_object(), form)
        assert admin_client.get(edit_url(page)).status_code == 200
    # And what is published of them has the same.
    for page in (drafted, scheduled):
        page.revisions.get().publish()
        assert_as_expected(CaseStudyPage.objects.get(pk=page.pk), form)
    # Once more changes nothing.
    content = moderated.revisions.get().content
    assert into_rows.content_in_rows(content) == content


@pytest.mark.parametrize(
    ("held", "rows"),
    [
        ({}, {}),
        ({"cost_source": "an offer"}, {"costs": {"source": "an offer"}}),
        ({"cost_basis": "total"}, {"costs": {"kind": "total"}}),
        ({"period_end": "2008-03-31", "period_note": ""}, {"periods": {"end": "2008-03-31", "note": ""}}),
        ({"source_url": "https://www.example.org/"}, {"sources": {"url": "https://www.example.org/"}}),
    ],
)
def test_half_entered_facts_of_a_draft_are_kept_and_nothing_is_made_of_nothing(
    held: dict[str, Any], rows: dict[str, Any]
) -> None:
    empty = {name: None if name.startswith("period_") else "" for name in into_rows.FIELDS} | {"cost_amount": None}
    found = into_rows.content_in_rows({"pk": 5, "title": "Kept"} | empty | held)
    assert (found["title"], found.get("organisations", [])) == ("Kept", [])
    filled = {name: row for name in ROWS for row in found.get(name, ())}
    assert filled.keys() == rows.keys()
    for name, values in rows.items():
        assert {"page": 5, "pk": None, **values}.items() <= filled[name].items()


@pytest.mark.dialect
@pytest.mark.django_db(transaction=True)
def test_live_pages_keep_every_fact(listing: CaseStudyIndexPage) -> None:
    form = term(Facet.CONTRACT, "grant")
    page, bare = case_study(listing, "Live"), case_study(listing, "Bare")
    executor = MigrationExecutor(connection)
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "casestudies"]
    executor.migrate([("casestudies", "0002_rows_of_facts")])
    old = executor.loader.project_state([("casestudies", "0002_rows_of_facts")]).apps
    values = before(form) | {"contract_form_id": form.pk}
    del values["contract_form"]
    old.get_model("casestudies", "CaseStudyPage").objects.filter(pk=page.pk).update(**values)
    executor.loader.build_graph()
    executor.migrate(latest)
    assert_as_expected(CaseStudyPage.objects.get(pk=page.pk), form)
    assert not any(getattr(bare, name).exists() for name in ROWS)
