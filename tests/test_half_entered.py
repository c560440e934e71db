"""Drafts with half-entered facts: each is saved, by hand and by itself, and says what it lacks; publishing is refused for it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import reverse
from wagtail.blocks import CharBlock
from wagtail.blocks.base import BlockField
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import Outcome
from core.models import SiteImage
from editorial.form_errors import missing
from editorial.publishing import NotComplete
from home.models import HomePage
from tests.factories import (
    bulletin,
    bulletin_index,
    case_study,
    contract,
    contract_index,
    note,
    practice_index,
)
from tests.forms import complete, edit_url, row
from tests.test_practice_editor import complete_note, contract_form, rich

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}
PUBLISH = {"action-publish": "1"}


def block(kind: str, field: str = "body", **values: Any) -> dict[str, Any]:
    """One block of this kind with these parts filled in; a part without a name is its value."""
    start = {f"{field}-count": 1, f"{field}-0-type": kind, f"{field}-0-order": 0, f"{field}-0-deleted": ""}
    return start | {f"{field}-0-value{'-' if key else ''}{key}": one for key, one in values.items()}


CASE_STUDY: dict[str, tuple[dict[str, Any], str]] = {
    "cost": (row("costs", amount="1800", kind="year"), "Cost 1: Source of the cost: A cost needs its source."),
    "cost of what": (row("costs", amount="1800", source="x"), "Cost 1: Kind is missing."),
    "no cost": (
        row("costs", kind="total", source="x"),
        "Cost 1: Pounds: Give an amount, or what the source says in words.",
    ),
    "range": (
        row("costs", kind="year", amount="£200k", amount_to="£30k", source="x"),
        "Cost 1: Up to: It must be more than the figure before it.",
    ),
    "times": (
        row("costs", kind="total", ratio="1.45", source="x"),
        "Cost 1: Times: Only a return is so many times the investment. Give pounds, or choose “Return”.",
    ),
    "people": (
        row("people", kind="reached", number_to="5"),
        "Count of people 1: Number: Give a number, or what the source says in words.",
    ),
    "contract": (
        row("contracts", start="2008-01-01", end="2007-01-01"),
        "Contract 1: Ends: It cannot end before it started.",
    ),
    "link": (
        row("links", title="A report"),
        "Related link or document 1: Web address: Give either a web address or a document.",
    ),
    "milestone": (row("milestones", text="It began."), "Milestone 1: Month is missing."),
    "period": (
        row("periods", start="2008-01-01", end="2007-01-01"),
        "Period 1: Ended: It cannot end before it started.",
    ),
    "measure": (row("outcomes", before="58"), "Outcome 1: Measure is missing."),
    "quote": (block("quote", text="", speaker="Me", role=""), "Block 1, Quote: text is missing."),
    "told": (block("lessons", **{"": "null"}), "Block 1, Lessons: content is missing."),
    "picture": (
        block("picture", **{"image-image": "", "image-alt_text": "", "caption": "x"}),
        "Block 1, Picture: image is missing.",
    ),
    "document": (block("document", **{"": ""}), "Block 1, Document: content is missing."),
}
NOTE: dict[str, tuple[dict[str, Any], str]] = {
    "law": ({"law": rich("Be fair.")}, "Law as at: Say for which date the law is true."),
    "benefit": (row("points", label="", text="Fair."), "Benefit or barrier 1: Label is missing."),
    "text": (row("points", label="benefit", text=""), "Benefit or barrier 1: Text is missing."),
    "response": (row("responses", label="", text="", source="A survey"), "Survey response 1: Label is missing."),
    "pilot": (row("pilots", place="", service="Waste"), "Pilot site 1: Place is missing."),
    "step": (block("step", "how_to", title="", text=rich("How.")), "How to, block 1, Step: title is missing."),
    "pitfall": (
        block("pitfall", "pitfalls", what="", instead=rich("So.")),
        "Pitfalls, block 1, Pitfall: what is missing.",
    ),
}
CONTRACT: dict[str, tuple[dict[str, Any], str]] = {
    "version": (row("versions", version="2.1", change=""), "Version 1: What changed is missing."),
}


def section(**values: Any) -> dict[str, Any]:
    """A section with one news item of which these parts are filled in."""
    news = {f"items-0-value-{key}": one for key, one in ({"link": "", "link_page": ""} | values).items()}
    items = {"items-count": 1, "items-0-type": "news", "items-0-order": 0, "items-0-deleted": ""}
    return block("section", "sections", heading="Funds", **items, **news)


ISSUE: dict[str, tuple[dict[str, Any], str]] = {
    "news": (
        section(title="", text=rich("New.")),
        "Block 1, Section, block 1, News: title is missing.",
    ),
    "two links": (
        section(title="New", text=rich("New."), link="https://example.org/", link_page="{home}"),
        "Block 1, Section, block 1, News: or a page of this site: Choose either a web address or a page of this site.",
    ),
    "number": ({"issue_number": "3"}, "Issue number: “Autumn” is number 3 already."),
}


@pytest.fixture
def made(listing: CaseStudyIndexPage, home: HomePage) -> Callable[[str], tuple[Page, dict[str, Any]]]:
    """A draft of this kind that has what publishing needs, and its form."""

    def make(kind: str) -> tuple[Page, dict[str, Any]]:
        if kind == "case study":
            page: Page = case_study(listing, "Half", live=False)
            return page, complete(page)
        notes = practice_index(home)
        if kind == "note":
            return note(notes, "Half", live=False), complete_note(title="Half")
        if kind == "contract":
            facts = {"title": "Half", "service": "Care", "status": "planned", "as_at": "2007-12-01", "source": "A"}
            return contract(contract_index(notes), "Half", live=False), contract_form(**facts)
        archive = bulletin_index(home)
        bulletin(archive, "Autumn", season=3, issue_number=3)
        page = bulletin(archive, "Half", live=False)
        numbers = {f"comments-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")}
        facts = {"title": "Half", "year": "2007", "season": "4", "editorial": "null", "sections-count": "0"}
        return page, numbers | facts

    return make


KINDS = {"case study": CASE_STUDY, "note": NOTE, "contract": CONTRACT, "issue": ISSUE}
CASES = [(kind, name) for kind, cases in KINDS.items() for name in cases]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=map("-".join, CASES))
def test_a_half_entered_fact_is_saved_and_stops_publishing_only(
    kind: str,
    name: str,
    made: Callable[[str], tuple[Page, dict[str, Any]]],
    home: HomePage,
    admin_client: Client,
) -> None:
    page, full = made(kind)
    values, said = KINDS[kind][name]
    data = full | {key: one.format(home=home.pk) if one == "{home}" else one for key, one in values.items()}
    # By itself, before anything else is pressed.
    answer = admin_client.post(edit_url(page), data, **JSON)
    assert answer.json()["success"], answer.content
    draft = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
    assert said in [item.sentence for item in missing(draft)]
    # The rows have numbers of their own from here on.
    data |= answer.json()["field_updates"]
    saved = admin_client.post(edit_url(page), data)
    assert saved.status_code == 302
    assert said in " ".join(str(message) for message in get_messages(saved.wsgi_request)).replace("&#x27;", "'")
    refused = admin_client.post(edit_url(page), data | PUBLISH)
    assert refused.status_code == 200
    assert said in refused.content.decode()
    assert not Page.objects.get(pk=page.pk).live
    assert admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200
    with pytest.raises(NotComplete) as raised:
        draft.latest_revision.publish()
    assert said in raised.value.messages


def test_a_picture_without_its_alternative_text_is_named_by_the_number_of_its_block(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "Half", live=False)
    image = SiteImage.objects.create(title="A place", file=get_test_image_file())
    assert isinstance(image.file, ImageFile)
    data = complete(page) | {"body-count": 4}
    for number in range(3):
        data |= {f"body-{number}-{key}": one for key, one in (("type", "lessons"), ("order", number), ("deleted", ""))}
        data[f"body-{number}-value"] = rich("Ask first.")
    data |= {"body-3-type": "picture", "body-3-order": 3, "body-3-deleted": "", "body-3-value-image-image": image.pk}
    data |= {"body-3-value-image-alt_text": "", "body-3-value-caption": ""}
    said = "Block 4, Picture: alternative text is missing."
    answer = admin_client.post(edit_url(page), data, **JSON).json()
    assert answer["success"]
    assert "Block 4, Picture: alternative text</a> is missing" in " ".join(answer["html"].split())
    assert said in admin_client.post(edit_url(page), data | PUBLISH).content.decode()
    item = missing(CaseStudyPage.objects.get(pk=page.pk).get_latest_revision_as_object())[0]
    assert (item.sentence, item.anchor[:6], item.anchor[-8:]) == (said, "block-", "-section")
    # A decorative one needs none.
    data |= {"body-3-value-image-decorative": "on"}
    assert admin_client.post(edit_url(page), data | PUBLISH).status_code == 302


def test_autosave_names_what_it_cannot_keep(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "Half", live=False)
    data = complete(page) | row("outcomes", measure="Homes", unit="x" * 61)
    data |= row("sources", url="no url") | row("contacts", email="nobody")
    answer = admin_client.post(edit_url(page), data, **JSON)
    said = answer.json()["error_message"]
    assert answer.status_code == 400
    assert "Source 1: Web address: Enter a valid URL." in said
    assert "Contact 1: Contact's email address: Enter a valid email address." in said
    assert "Outcome 1: Unit: Ensure this value has at most 60 characters" in said
    assert said.endswith("“Save draft” shows it beside the field.")
    by_hand = admin_client.post(edit_url(page), data).content.decode()
    assert "<li>Source 1: Web address: Enter a valid URL.</li>" in by_hand


def test_other_forms_of_the_admin_name_their_fields_too(admin_client: Client) -> None:
    response = admin_client.post("/admin/snippets/organisations/organisation/add/", {"name": "", "website": "no url"})
    assert "<li>Name is missing.</li>" in response.content.decode()
    assert "<li>Website: Enter a valid URL.</li>" in response.content.decode()


def test_many_at_once_are_published_only_when_all_are_complete(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    whole, half = (case_study(listing, title, live=False) for title in ("Whole", "Half"))
    half.outcomes = [Outcome(measure="")]
    for page in (whole, half):
        page.save_revision(clean=False)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = admin_client.post(f"{url}?next=/admin/&id={whole.pk}&id={half.pk}", follow=True)
    assert (
        "Nothing was published: some are not complete. “Half”: Outcome 1: Measure is missing."
        in response.content.decode()
    )
    assert not CaseStudyPage.objects.filter(live=True).exists()
    admin_client.post(f"{url}?next=/admin/&id={whole.pk}")
    assert [page.title for page in CaseStudyPage.objects.filter(live=True)] == ["Whole"]


def test_what_was_scheduled_goes_out(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Half", live=False)
    page.outcomes = [Outcome(measure="")]
    revision = page.save_revision(clean=False)
    revision.approved_go_live_at = revision.created_at
    revision.publish()
    assert CaseStudyPage.objects.get().live


def test_a_draft_that_is_checked_lets_nothing_else_through() -> None:
    """Both forms have the same block, on which Wagtail switches off what the draft may lack."""
    refused: list[str] = []

    class Waiting(CharBlock):
        def clean(self, value: Any) -> Any:
            if value == "draft":
                other.start()
                other.join(timeout=0.05)  # as long as it takes where nothing holds it up
            return super().clean(value)

    draft, published = (BlockField(block=block) for block in [Waiting()] * 2)
    draft.is_deferred_validation = True

    def publish() -> None:
        try:
            published.clean("")
        except ValidationError as error:
            refused.extend(error.messages)

    other = threading.Thread(target=publish)
    draft.clean("draft")
    other.join()
    assert refused == ["This field is required."]
