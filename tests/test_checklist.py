"""The checklist beside a case study: it asks for what publishing asks for, and it is as fresh as the last save."""

import datetime
import re
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import reverse
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.images.tests.utils import get_test_image_file

from casestudies.checklist import USEFUL, checklist, missing
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, Contract, Cost, Outcome, PeopleCount, Period
from community.models import User
from core.models import SiteImage
from editorial.review import reviewed_models
from editorial.viewsets import ReviewedPageViewSet
from practice.checklist import contract_checklist, note_checklist
from practice.models import PracticeNotePage, TemplateContractPage
from taxonomy.models import Facet
from tests.factories import OrganisationFactory, case_study, term
from tests.forms import add_url, complete, edit_url, empty

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}


def labels(page: CaseStudyPage) -> list[str]:
    return [item.label for item in missing(page)]


def saved(page: CaseStudyPage) -> CaseStudyPage:
    return CaseStudyPage.objects.get(pk=page.pk).get_latest_revision_as_object()


ROW = {"organisations-0-organisation": "Organisation 1: Organisation", "organisations-0-role": "Organisation 1: Role"}
REQUIRED = {"summary": "Summary", "areas": "Service areas", "evidence_level": "Evidence level", "as_at": "As at"} | ROW


def test_every_kind_of_page_that_is_reviewed_has_the_one_editor_with_its_own_checklist() -> None:
    reverse("wagtailadmin_home")
    editors = {model: page_viewset_registry.get_by_type(model) for model in reviewed_models()}
    assert {type(editor) for editor in editors.values()} == {ReviewedPageViewSet}
    assert {model: editor.checklist for model, editor in editors.items()} == {
        CaseStudyPage: checklist,
        PracticeNotePage: note_checklist,
        TemplateContractPage: contract_checklist,
    }


@pytest.mark.parametrize(("field", "label"), list(REQUIRED.items()))
def test_for_each_thing_that_publishing_asks_for_the_checklist_names_it(
    field: str, label: str, listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "Nearly", live=False)
    full = complete(page)
    data = full | {field: [] if field == "areas" else ""}
    assert admin_client.post(edit_url(page), data).status_code == 302
    assert labels(saved(page)) == [label]
    refused = admin_client.post(edit_url(page), data | {"action-publish": "1"})
    assert refused.status_code == 200
    assert not CaseStudyPage.objects.get(pk=page.pk).live
    assert admin_client.post(edit_url(page), full).status_code == 302
    assert labels(saved(page)) == []
    assert admin_client.post(edit_url(page), full | {"action-publish": "1"}).status_code == 302
    assert CaseStudyPage.objects.get(pk=page.pk).live


def test_nothing_but_these_is_asked_for(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    """Publishing an empty draft is refused for exactly what the checklist names."""
    admin_client.post(add_url(listing), empty(title="Empty", slug="empty"))
    page = saved(CaseStudyPage.objects.get(title="Empty"))
    named = [item.anchor.removeprefix("id_") for item in missing(page)]
    form = admin_client.post(edit_url(page), empty(title="Empty", slug="empty", **{"action-publish": "1"})).context[
        "form"
    ]
    refused = [name if name != "__all__" else "organisations-ADD" for name in form.errors]
    assert sorted(named) == sorted(refused)


def test_an_organisation_a_cost_and_a_period_are_checked_as_publishing_does(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Nearly", live=False)
    page.costs = [Cost(kind="total", amount=5)]
    page.periods = [Period(start=datetime.date(2008, 1, 1), end=datetime.date(2007, 1, 1))]
    assert labels(page) == ["Period 1: Ended", "Cost 1: Source of the cost"]
    page.periods = []
    assert labels(page) == ["Cost 1: Source of the cost"]
    page.costs = []
    page.organisations = []
    assert labels(page) == ["Organisations and their roles"]


def test_an_outcome_and_a_block_that_are_not_complete_are_named(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "Nearly", live=False)
    data = complete(page) | {
        "outcomes-TOTAL_FORMS": 1,
        "outcomes-0-measure": "",
        "outcomes-0-before": "58",
        "outcomes-0-ORDER": 1,
        "body-count": 1,
        "body-0-type": "quote",
        "body-0-order": 0,
        "body-0-deleted": "",
        "body-0-value-text": "",
        "body-0-value-speaker": "Somebody",
        "body-0-value-role": "",
    }
    assert admin_client.post(edit_url(page), data).status_code == 302
    assert labels(saved(page)) == ["Block 1, Quote: text", "Outcome 1: Measure"]
    data |= {"outcomes-0-id": "", "action-publish": "1"}
    assert admin_client.post(edit_url(page), data).status_code == 200
    assert not CaseStudyPage.objects.get(pk=page.pk).live


def test_what_would_be_useful_goes_over_to_what_is_there(listing: CaseStudyIndexPage, admin: User) -> None:
    page = case_study(listing, "Bare")
    first = checklist(page)
    assert first.there == []
    assert first.missing == []
    assert [item.label for item in first.better] == [item.label for _, item in USEFUL]
    assert all(item.why.endswith(".") for item in first.better)
    image = SiteImage.objects.create(title="A place", alt_text="A field", file=get_test_image_file())
    assert isinstance(image.file, ImageFile)
    rich = case_study(
        listing,
        "Rich",
        regions=("north-west",),
        evidence_note="Counted.",
        costs=[Cost(kind="total", amount=5, source="Accounts")],
        people=[PeopleCount(kind="reached", number=388)],
        contracts=[Contract(words="two contracts")],
        contact_email="contact@example.org",
        periods=[Period(note="two years")],
        licence="ogl-3.0",
        review_date=datetime.date(2030, 1, 1),
        review_owner=admin,
    )
    rich.outcomes = [Outcome(measure="Work", source="Records")]
    rich.body = [
        ("did_not_work", "<p>A helpline.</p>"),
        ("lessons", "<p>Ask first.</p>"),
        ("picture", {"image": image, "caption": ""}),
    ]
    rich.save()
    rich = CaseStudyPage.objects.get(pk=rich.pk)
    assert checklist(rich).better == []
    assert len(checklist(rich).there) == len(USEFUL)
    rich.outcomes = [Outcome(measure="Work", source="Records"), Outcome(measure="Homes")]
    image.alt_text = ""
    image.save()
    rich.body = [("picture", {"image": image, "caption": ""}), ("lessons", "")]
    assert {item.label for item in checklist(rich).better} == {
        "Outcomes, each with its source",
        "What did not work",
        "Lessons",
        "Picture with alternative text",
    }


def test_who_is_quoted_must_have_agreed(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Quoted")
    said = {"text": "It changed how we buy.", "speaker": "A commissioner", "role": ""}
    consent = "Consent of everybody who is quoted"
    for quotes, there in (
        ([said], False),
        ([said | {"consent": True}, said], False),
        ([said | {"consent": True}], True),
    ):
        page.body = [("quote", quote) for quote in quotes]
        found = checklist(page)
        assert consent in [item.label for item in (found.there if there else found.better)]
        assert found.missing == []


def panel(html: str) -> str:
    found = re.search(r'<section aria-labelledby="checklist-missing">.*?</section>', html, re.DOTALL)
    assert found
    return " ".join(found[0].split())


def test_the_editor_shows_it_as_last_saved(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    fresh = admin_client.get(add_url(listing)).content.decode()
    assert 'data-side-panel="checklist"' in fresh
    assert "Nothing is saved yet" in panel(fresh)
    assert "Service areas" in panel(fresh)
    page = case_study(listing, "Nearly", live=False)
    admin_client.post(edit_url(page), complete(page) | {"summary": ""})
    shown = panel(admin_client.get(edit_url(page)).content.decode())
    assert "As last saved" in shown
    assert 'href="#id_summary"' in shown
    assert "Summary</a> is missing" in shown
    assert "This draft is not complete." in shown
    refused = admin_client.post(edit_url(page), complete(page) | {"summary": "Typed", "as_at": "no date"})
    assert refused.status_code == 200
    assert "Summary" in panel(refused.content.decode())


def test_every_line_leads_to_where_it_is_filled_in(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    admin_client.post(add_url(listing), empty(title="Empty", slug="empty"))
    page = CaseStudyPage.objects.get(title="Empty")
    html = admin_client.get(edit_url(page)).content.decode()
    for item in [*missing(saved(page)), *(item for _, item in USEFUL)]:
        assert f'href="#{item.anchor}"' in html
        assert f'id="{item.anchor}"' in html, item


def test_saving_in_the_background_renews_it(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "Nearly", live=False)
    admin_client.post(edit_url(page), complete(page) | {"summary": ""})
    answer = admin_client.post(edit_url(page), complete(page), **JSON).json()
    assert answer["success"]
    assert "[data-side-panel='checklist']" in answer["html"]
    assert "Nothing is missing: it can be published." in panel(answer["html"])
    answer = admin_client.post(edit_url(page), complete(page) | {"as_at": ""}, **JSON).json()
    assert "As at" in panel(answer["html"])


def test_a_new_page_that_saves_itself_gets_it_too(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    answer = admin_client.post(add_url(listing), empty(title="New", slug="new"), **JSON).json()
    assert answer["success"]
    html = admin_client.get(answer["hydrate_url"]).content.decode()
    assert "[data-side-panel='checklist']" in html
    assert "As last saved" in panel(html)


def test_a_live_page_is_checked_as_its_draft_is(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Live")
    page.organisations = [
        CaseStudyOrganisation(organisation=OrganisationFactory(), role=None),
        CaseStudyOrganisation(organisation=None, role=term(Facet.ROLE, "provider")),
    ]
    page.save_revision(clean=False)
    assert labels(saved(page)) == ["Organisation 1: Role", "Organisation 2: Organisation"]


# The address that a form without a script leaves empty


def test_a_draft_without_an_address_gets_one_from_its_title(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    for slug in ("a-title-of-mine", "a-title-of-mine-2"):
        assert admin_client.post(add_url(listing), empty(title="A title of mine")).status_code == 302
        assert CaseStudyPage.objects.filter(slug=slug).exists()
    page = CaseStudyPage.objects.get(slug="a-title-of-mine")
    assert admin_client.post(edit_url(page), empty(title="Another title")).status_code == 302
    assert saved(page).slug == "another-title"
    for title in ("???", "日本"):
        response = admin_client.post(add_url(listing), empty(title=title))
        assert response.context["form"].errors["slug"] == ["Give a slug: the title has no letters to make one from."]
    response = admin_client.post(add_url(listing), empty(title=""))
    assert list(response.context["form"].errors) == ["title"]
