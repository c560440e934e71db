"""Editing notes and template contracts: drafts, publishing, the checklist, previews, who may."""

import datetime
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage
from community.models import User
from home.models import HomePage
from practice.checklist import CONTRACT_USEFUL, USEFUL, contract_checklist, note_checklist
from practice.models import PracticeIndexPage, PracticeNotePage, TemplateContractIndexPage, TemplateContractPage
from practice.note_rows import NoteExample, NotePoint
from taxonomy.models import Facet
from tests.factories import OrganisationFactory, area, case_study, contract, contract_index, note, practice_index, term
from tests.forms import edit_url

pytestmark = pytest.mark.django_db
NOTE_ROWS = ("points", "responses", "pilots", "examples", "contracts", "documents", "comments")


@pytest.fixture
def notes(home: HomePage) -> PracticeIndexPage:
    return practice_index(home)


@pytest.fixture
def contracts(notes: PracticeIndexPage) -> TemplateContractIndexPage:
    return contract_index(notes)


def rows(*names: str) -> dict[str, Any]:
    counts = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    return {f"{name}-{key}": value for name in names for key, value in counts.items()}


def rich(text: str) -> str:
    """What Draftail sends."""
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block | {"data": {}}], "entityMap": {}})


def note_form(**values: Any) -> dict[str, Any]:
    empty = rows(*NOTE_ROWS) | {"how_to-count": 0, "pitfalls-count": 0, "about": rich(""), "law": rich("")}
    return empty | {"title": "", "slug": ""} | values


def complete_note(**values: Any) -> dict[str, Any]:
    facts = {"title": "Note", "summary": "A summary.", "as_at": "2007-12-01", "source": "A report"}
    return note_form(**facts, themes=[term(Facet.THEME, "consortia").pk]) | values


def contract_form(**values: Any) -> dict[str, Any]:
    return rows("versions", "comments") | {"title": "", "slug": "", "about": rich("")} | values


def add_url(parent: Page, model: str) -> str:
    return reverse("wagtailadmin_pages:add", args=["practice", model, parent.pk])


def test_a_draft_needs_only_a_title(
    notes: PracticeIndexPage, contracts: TemplateContractIndexPage, admin_client: Client
) -> None:
    assert admin_client.post(add_url(notes, "practicenotepage"), note_form(title="Draft")).status_code == 302
    data = contract_form(title="Draft")
    assert admin_client.post(add_url(contracts, "templatecontractpage"), data).status_code == 302
    assert not PracticeNotePage.objects.get(title="Draft").live
    assert not TemplateContractPage.objects.get(title="Draft").live


def test_publishing_a_note_asks_for_what_the_checklist_names(notes: PracticeIndexPage, admin_client: Client) -> None:
    admin_client.post(add_url(notes, "practicenotepage"), note_form(title="Note"))
    page = PracticeNotePage.objects.get()
    named = [item.label for item in note_checklist(page.get_latest_revision_as_object()).missing]
    assert named == ["Summary", "Themes", "As at", "Source citation"]
    refused = admin_client.post(edit_url(page), note_form(title="Note", **{"action-publish": "1"}))
    assert sorted(refused.context["form"].errors) == ["as_at", "source", "summary", "themes"]
    data = complete_note(**{"action-publish": "1"})
    assert admin_client.post(edit_url(page), data).status_code == 302
    page = PracticeNotePage.objects.get()
    assert page.live
    assert note_checklist(page).missing == []


def test_publishing_a_contract_asks_for_what_the_checklist_names(
    contracts: TemplateContractIndexPage, admin_client: Client
) -> None:
    admin_client.post(add_url(contracts, "templatecontractpage"), contract_form(title="Contract"))
    page = TemplateContractPage.objects.get()
    named = [item.label for item in contract_checklist(page.get_latest_revision_as_object()).missing]
    assert named == ["Service", "Status", "As at", "Source citation"]
    facts = {"title": "Contract", "service": "Fostering", "status": "planned", "as_at": "2007-12-01", "source": "A"}
    response = admin_client.post(edit_url(page), contract_form(**facts, **{"action-publish": "1"}))
    assert response.status_code == 302
    assert TemplateContractPage.objects.get().live


def test_law_without_its_day_is_refused_beside_the_field(notes: PracticeIndexPage, admin_client: Client) -> None:
    page = note(notes, "Note", live=False)
    data = complete_note(law=rich("Be fair."), **{"action-publish": "1"})
    response = admin_client.post(edit_url(page), data)
    assert response.context["form"].errors["law_as_at"] == ["Say for which date the law is true."]
    data |= {"law_as_at": "2007-12-01"}
    assert admin_client.post(edit_url(page), data).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"themes": ["99999999999999999999"]},
        {"themes": ["\0"]},
        {"as_at": "0000-00-00"},
        {"law_as_at": "99999-01-01"},
        {"title": "\0"},
        {"summary": "x" * 401},
        {"source": "\0"},
        {"points-TOTAL_FORMS": 1, "points-0-label": "neither", "points-0-text": "x", "points-0-ORDER": 1},
        {"examples-TOTAL_FORMS": 1, "examples-0-example": "12345678", "examples-0-ORDER": 1},
        {"documents-TOTAL_FORMS": 1, "documents-0-document": "12345678", "documents-0-ORDER": 1},
    ],
    ids=str,
)
def test_wrong_values_are_refused_and_explained(
    wrong: dict[str, Any], notes: PracticeIndexPage, admin_client: Client
) -> None:
    response = admin_client.post(add_url(notes, "practicenotepage"), complete_note(**wrong, **{"action-publish": "1"}))
    assert response.status_code == 200
    form = response.context["form"]
    assert form.errors or any(formset.total_error_count() for formset in form.formsets.values())
    assert not PracticeNotePage.objects.exists()


def test_an_example_is_a_case_study(
    notes: PracticeIndexPage, listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page, example = note(notes, "Note"), case_study(listing, "Example", organisation=OrganisationFactory())
    row = {"examples-TOTAL_FORMS": 1, "examples-0-ORDER": 1, "action-publish": "1"}
    response = admin_client.post(edit_url(page), complete_note(**row, **{"examples-0-example": notes.pk}))
    assert response.status_code == 200
    response = admin_client.post(edit_url(page), complete_note(**row, **{"examples-0-example": example.pk}))
    assert response.status_code == 302
    assert [row.example_id for row in PracticeNotePage.objects.get().examples.all()] == [example.pk]


def test_what_would_be_useful_goes_over_to_what_is_there(
    notes: PracticeIndexPage, contracts: TemplateContractIndexPage, listing: CaseStudyIndexPage, admin: User
) -> None:
    review: dict[str, Any] = {"review_date": datetime.date(2030, 1, 1), "review_owner": admin, "licence": "ogl-3.0"}
    bare = note_checklist(note(notes, "Bare"))
    assert (len(bare.better), bare.there, bare.missing) == (len(USEFUL), [], [])
    page = note(notes, "Rich", stages=("plan",), law="<p>Be fair.</p>", law_as_at=datetime.date.today(), **review)
    page.points = [NotePoint(label="benefit", text="Fair."), NotePoint(label="barrier", text="Slow.")]
    page.how_to, page.pitfalls = [("advice", "<p>Ask.</p>")], [("pitfall", {"what": "Late", "instead": ""})]
    page.examples = [NoteExample(example=case_study(listing, "Example"))]
    page.save()
    assert note_checklist(page).better == []
    page.law_as_at = datetime.date(2007, 12, 1)
    page.points = page.points.all()[:1]
    assert [item.label for item in note_checklist(page).better] == [
        "Benefits and barriers, both",
        "Law, checked within a year",
    ]
    assert len(contract_checklist(contract(contracts, "Bare")).better) == len(CONTRACT_USEFUL)
    full = contract(contracts, "Full", areas=("fostering",), jurisdictions=("wales",), **review)
    full.kept_by, full.version, full.link = OrganisationFactory(), "2.1", "https://example.org/"
    assert contract_checklist(full).better == []


@pytest.mark.parametrize("kind", ["note", "contract"])
def test_every_line_of_the_checklist_leads_to_its_field(
    kind: str, notes: PracticeIndexPage, contracts: TemplateContractIndexPage, admin_client: Client
) -> None:
    data, model = (note_form, "practicenotepage") if kind == "note" else (contract_form, "templatecontractpage")
    parent = notes if kind == "note" else contracts
    assert "Nothing is saved yet" in admin_client.get(add_url(parent, model)).content.decode()
    admin_client.post(add_url(parent, model), data(title="Empty"))
    page = Page.objects.get(title="Empty").specific
    checklist = note_checklist(page) if kind == "note" else contract_checklist(page)
    html = admin_client.get(edit_url(page)).content.decode()
    for item in [*checklist.missing, *checklist.better]:
        assert f'href="#{item.anchor}"' in html, item
        assert f'id="{item.anchor}"' in html, item


def test_every_block_is_described_and_previewed(admin_client: Client) -> None:
    for name in ("how_to", "pitfalls"):
        for block in PracticeNotePage._meta.get_field(name).stream_block.child_blocks.values():  # type: ignore[union-attr]
            assert block.get_description()
            assert block.is_previewable
            answer = admin_client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
            assert answer.status_code == 200
            assert "block-preview" in answer.content.decode()


def test_a_draft_is_previewed_with_what_it_says(
    notes: PracticeIndexPage, contracts: TemplateContractIndexPage, admin_client: Client
) -> None:
    page, template = note(notes, "Note", live=False), contract(contracts, "Contract", live=False)
    for one, data in ((page, complete_note(title="Previewed")), (template, contract_form(title="Previewed"))):
        url = reverse("wagtailadmin_pages:preview_on_edit", args=[one.pk])
        assert admin_client.post(url, data).json()["is_valid"]
        html = admin_client.get(url).content.decode()
        assert re.search(r"<h1>\s*Previewed", html)
    for listing in (notes, contracts):
        listing.save_revision()
        assert admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[listing.pk])).status_code == 200


def test_editors_write_and_moderators_publish(notes: PracticeIndexPage) -> None:
    for role, may_publish in (("Editors", False), ("Moderators", True)):
        client, user = Client(), User.objects.create_user(f"{role.lower()}@example.com")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        data = complete_note(title=role, slug=role.lower(), **{"action-publish": "1"})
        client.post(add_url(notes, "practicenotepage"), data)
        assert PracticeNotePage.objects.get(title=role).live is may_publish


def test_the_list_of_content_and_the_report_of_reviews_show_them(
    notes: PracticeIndexPage, contracts: TemplateContractIndexPage, admin_client: Client, admin: User
) -> None:
    due: dict[str, Any] = {"review_date": datetime.date(2008, 1, 1), "review_owner": admin}
    note(notes, "Note to review", areas=("fostering",), **due)
    contract(contracts, "Contract to review", areas=("fostering",), **due)
    assert area("fostering")
    for url in ("/admin/content/?area=fostering&review=overdue", "/admin/reports/reviews/"):
        html = admin_client.get(url).content.decode()
        for said in ("Note to review", "Contract to review", "Best-practice note", "Template contract"):
            assert said in html, (url, said)
