"""One decision, carried out once: whatever comes twice, too late, or from the editor's autosave."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Page, PageLogEntry, TaskState, Workflow, WorkflowTask

from bulletins.models import BulletinPage
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from home.models import ContentPage, HomePage
from practice.models import PracticeNotePage, TemplateContractPage
from tests.factories import bulletin_index, case_study, contract_index, practice_index
from tests.forms import add_url, complete, edit_url, empty
from tests.test_practice_editor import contract_form, note_form, rows

pytestmark = pytest.mark.django_db
AUTOSAVE = {"accept": "application/json"}
SCRIPT = {"x-requested-with": "XMLHttpRequest"}
REASON = json.dumps({"comment": "Say who paid."})
APPROVE = {"action-workflow-action": "true", "workflow-action-name": "approve"}
REJECT = {"action-workflow-action": "true", "workflow-action-name": "reject", "workflow-action-extra-data": REASON}
DECISIONS = [
    {"action-publish": "action-publish"},
    {"action-submit": "action-submit"},
    {"action-restart-workflow": "1"},
    {"action-cancel-workflow": "1"},
    APPROVE,
    REJECT,
]


def moderator(name: str) -> Client:
    user = User.objects.create_user(f"{name.lower()}@example.com", first_name=name)
    user.groups.add(Group.objects.get(name="Moderators"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ada(db: None) -> Client:
    return moderator("Ada")


@pytest.fixture
def grace(db: None) -> Client:
    return moderator("Grace")


@pytest.fixture
def draft(listing: CaseStudyIndexPage) -> CaseStudyPage:
    page = case_study(listing, "Waiting", live=False)
    page.save_revision()
    return page


@pytest.fixture
def waiting(draft: CaseStudyPage, admin: User) -> CaseStudyPage:
    """A draft that waits for approval."""
    workflow = draft.get_workflow()
    assert workflow
    workflow.start(draft, admin)
    return draft


def form(page: CaseStudyPage, *decisions: dict[str, str], **values: object) -> dict[str, object]:
    """The editor's form, as its page was shown now."""
    draft = page.get_latest_revision_as_object()
    revision = page.get_latest_revision()
    assert revision
    opened = {"loaded_revision_id": revision.pk, "loaded_revision_created_at": revision.created_at.isoformat()}
    filled = complete(draft, **{"form-token": str(uuid4())}, **opened, **values)
    for decision in decisions:
        filled |= decision
    return filled


def said(response: Any) -> str:
    """All messages that they see next."""
    found = response.wsgi_request._messages
    return " ".join(str(message) for message in found)


def state_of(page: Page) -> str:
    state = page.workflow_states.order_by("-pk").first()
    return state.status if state else ""


def logged(page: Page, action: str) -> int:
    return PageLogEntry.objects.filter(page=page.pk, action=action).count()


def fresh(page: CaseStudyPage) -> CaseStudyPage:
    return CaseStudyPage.objects.get(pk=page.pk)


def test_an_autosave_decides_nothing(waiting: CaseStudyPage, ada: Client) -> None:
    before = waiting.revisions.count()
    for decision in DECISIONS:
        response = ada.post(edit_url(waiting), form(waiting, decision, title="Other"), headers=AUTOSAVE)
        assert response.status_code == 400
        assert "A decision about this page is under way" in response.json()["error_message"]
    assert (state_of(waiting), fresh(waiting).live, waiting.revisions.count()) == ("in_progress", False, before)
    response = ada.post(edit_url(waiting), form(waiting, title="Other"), headers=AUTOSAVE)
    assert response.json()["success"]


@pytest.mark.parametrize(("decision", "live", "state"), [(APPROVE, True, "approved"), (REJECT, False, "needs_changes")])
def test_an_autosave_that_comes_after_the_decision_changes_nothing(
    decision: dict[str, str], live: bool, state: str, waiting: CaseStudyPage, ada: Client
) -> None:
    sent = form(waiting)
    assert ada.post(edit_url(waiting), sent | decision).status_code == 302
    before = waiting.revisions.count()
    for late in (sent, sent | {"title": "Other"}, sent | decision):
        assert ada.post(edit_url(waiting), late, headers=AUTOSAVE).status_code == 400
    assert (fresh(waiting).live, fresh(waiting).has_unpublished_changes) == (live, not live)
    assert (state_of(waiting), waiting.revisions.count()) == (state, before)


def begin(page: CaseStudyPage, state: str, client: Client) -> None:
    """Brings the workflow of a draft to where a decision can be made."""
    if state:
        client.post(edit_url(page), form(page, {"action-submit": "1"}))
    if state == "needs_changes":
        client.post(edit_url(page), form(page, REJECT))
    assert state_of(page) == state


@pytest.mark.parametrize(
    ("decision", "before", "after", "action"),
    [
        ({"action-publish": "1"}, "", "", "wagtail.publish"),
        ({"action-submit": "1"}, "", "in_progress", "wagtail.workflow.start"),
        ({"action-submit": "1"}, "needs_changes", "in_progress", "wagtail.workflow.resume"),
        ({"action-restart-workflow": "1"}, "needs_changes", "in_progress", "wagtail.workflow.cancel"),
        ({"action-cancel-workflow": "1"}, "in_progress", "cancelled", "wagtail.workflow.cancel"),
        (APPROVE, "in_progress", "approved", "wagtail.workflow.approve"),
        (REJECT, "in_progress", "needs_changes", "wagtail.workflow.reject"),
    ],
)
def test_a_form_that_comes_twice_counts_once(
    decision: dict[str, str], before: str, after: str, action: str, draft: CaseStudyPage, ada: Client
) -> None:
    begin(draft, before, ada)
    had = logged(draft, action)
    sent = form(draft, decision, title="With a new title")
    ada.post(edit_url(draft), sent)
    assert (state_of(draft), logged(draft, action)) == (after, had + 1)
    revisions = draft.revisions.count()
    response = ada.post(edit_url(draft), sent)
    assert response.status_code == 302
    assert "the form was sent twice and counted once" in said(response)
    assert (state_of(draft), logged(draft, action), draft.revisions.count()) == (after, had + 1, revisions)


def test_what_was_typed_after_the_first_time_is_kept(draft: CaseStudyPage, ada: Client) -> None:
    sent = form(draft, {"action-publish": "1"})
    ada.post(edit_url(draft), sent)
    response = ada.post(edit_url(draft), sent | {"summary": "Written later."})
    assert "Your changes are kept as a draft." in said(response)
    page = fresh(draft)
    assert (page.summary, page.get_latest_revision_as_object().summary) == ("Waiting: a summary.", "Written later.")


def outcome(**values: object) -> dict[str, object]:
    names = ("measure", "before", "after", "unit", "date", "source")
    fields = {f"outcomes-0-{name}": "" for name in names} | {"outcomes-0-ORDER": 1, "outcomes-0-id": ""}
    return fields | {"outcomes-TOTAL_FORMS": 1, "outcomes-0-verification": "self"} | values


def test_a_row_of_a_form_that_comes_twice_is_there_once(draft: CaseStudyPage, ada: Client) -> None:
    sent = form(
        draft, {"action-publish": "1"}, **outcome(**{"outcomes-0-measure": "Reconviction", "outcomes-0-source": "Us"})
    )
    for _ in range(2):
        assert ada.post(edit_url(draft), sent).status_code == 302
    page = fresh(draft)
    assert [outcome.measure for outcome in page.get_latest_revision_as_object().outcomes.all()] == ["Reconviction"]
    assert not page.has_unpublished_changes


BY_ADA = {"approve": (APPROVE, "Ada approved it", True), "reject": (REJECT, "Ada asked for changes to it", False)}


@pytest.mark.parametrize(
    ("first", "second"),
    [("approve", APPROVE), ("approve", REJECT), ("approve", {"action-cancel-workflow": "1"}), ("reject", APPROVE)],
)
def test_of_two_editors_the_first_decides(
    first: str, second: dict[str, str], waiting: CaseStudyPage, ada: Client, grace: Client
) -> None:
    decision, told, live = BY_ADA[first]
    hers = form(waiting)
    ada.post(edit_url(waiting), form(waiting, decision, summary="What Ada wrote."))
    decided, revisions = state_of(waiting), waiting.revisions.count()
    response = grace.post(edit_url(waiting), hers | second)
    assert response["Location"] == edit_url(waiting)
    assert told in said(response)
    assert (state_of(waiting), fresh(waiting).live, waiting.revisions.count()) == (decided, live, revisions)

    grace.post(edit_url(waiting), hers | second | {"summary": "What Grace wrote."})
    page = fresh(waiting)
    assert (state_of(page), page.live) == (decided, live)
    assert page.get_latest_revision_as_object().summary == "What Grace wrote."
    assert not live or page.summary == "What Ada wrote."


def test_a_second_submission_is_told_that_it_waits_already(draft: CaseStudyPage, ada: Client, grace: Client) -> None:
    hers = form(draft, {"action-submit": "1"})
    ada.post(edit_url(draft), form(draft, {"action-submit": "1"}))
    response = grace.post(edit_url(draft), hers)
    assert "It is already waiting for approval." in said(response)
    assert logged(draft, "wagtail.workflow.start") == 1


def test_a_decision_about_one_step_is_not_taken_for_the_next(draft: CaseStudyPage, ada: Client, grace: Client) -> None:
    workflow = Workflow.objects.get(name="Editorial approval")
    task = GroupApprovalTask.objects.create(name="A second look")
    task.groups.add(Group.objects.get(name="Moderators"))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=2)
    begin(draft, "in_progress", ada)
    shown = " ".join(ada.get(edit_url(draft)).content.decode().split())
    seen = draft.current_workflow_task_state.pk
    assert f'name="form-task-state" value="{seen}"' in shown
    hers, his = (form(draft, APPROVE, **{"form-task-state": str(seen)}) for _ in range(2))
    ada.post(edit_url(draft), hers)
    response = grace.post(edit_url(draft), his)
    assert "Your decision was not carried out" in said(response)
    assert (state_of(draft), fresh(draft).live) == ("in_progress", False)
    url = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", seen])
    assert "It is no longer waiting for this decision. Ada approved it" in said(grace.post(url))
    ada.post(edit_url(draft), form(draft, APPROVE, **{"form-task-state": str(draft.current_workflow_task_state.pk)}))
    assert fresh(draft).live


@pytest.mark.parametrize("data", ["", "{}", '{"comment": " "}', "no JSON", "[]", '{"other": "x", "comment": ""}'])
def test_the_editor_asks_for_the_reason_of_changes(data: str, waiting: CaseStudyPage, ada: Client) -> None:
    response = ada.post(edit_url(waiting), form(waiting, REJECT | {"workflow-action-extra-data": data}))
    assert "Say what should change, so that the author can change it." in said(response)
    assert state_of(waiting) == "in_progress"
    more = {"workflow-action-extra-data": json.dumps({"comment": "Say who paid.", "other": "x"})}
    ada.post(edit_url(waiting), form(waiting, REJECT | more))
    assert TaskState.objects.get().comment == "Say who paid."


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize("name", ["workflow_action", "collect_workflow_action_data"])
def test_the_list_and_the_dialogues_ask_for_it(
    name: str, headers: dict[str, str], waiting: CaseStudyPage, ada: Client
) -> None:
    url = reverse(f"wagtailadmin_pages:{name}", args=[waiting.pk, "reject", waiting.current_workflow_task_state.pk])
    assert "What should change" in ada.get(url, headers=SCRIPT).json()["html"]
    response = ada.post(url, {"comment": "  "}, headers=headers)
    shown = response.json()["html"] if headers else said(response)
    assert "Say what should change" in shown or (name, headers) == ("collect_workflow_action_data", {})
    assert state_of(waiting) == "in_progress"
    ada.post(url, {"comment": "Say who paid."}, headers=headers)
    assert state_of(waiting) == ("needs_changes" if name == "workflow_action" else "in_progress")


def test_an_approval_needs_no_comment(waiting: CaseStudyPage, ada: Client) -> None:
    url = reverse(
        "wagtailadmin_pages:workflow_action", args=[waiting.pk, "approve", waiting.current_workflow_task_state.pk]
    )
    ada.post(url, {"comment": ""})
    assert fresh(waiting).live
    assert "Ada approved it" in said(ada.post(url, {"comment": ""}))


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_approving_what_lacks_a_fact_leads_to_the_editor(
    headers: dict[str, str], waiting: CaseStudyPage, ada: Client
) -> None:
    ada.post(edit_url(waiting), form(waiting, summary="", as_at=""))  # a draft may lack them
    url = reverse(
        "wagtailadmin_pages:workflow_action", args=[waiting.pk, "approve", waiting.current_workflow_task_state.pk]
    )
    response = ada.post(url, {"next": "/admin/"}, headers=headers)
    to = response.json()["redirect"] if headers else response["Location"]
    assert to == edit_url(waiting)
    assert "Nothing was changed. “Waiting”: Summary is missing. As at is missing." in said(response)
    assert (state_of(waiting), fresh(waiting).live) == ("in_progress", False)


def test_many_are_published_only_where_all_are_complete(listing: CaseStudyIndexPage, ada: Client) -> None:
    whole, bare = (case_study(listing, title, live=False) for title in ("Whole", "Bare"))
    ada.post(edit_url(bare), form_of_draft(bare, summary=""))
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = ada.post(f"{url}?id={whole.pk}&id={bare.pk}")
    assert "Nothing was published: some are not complete. “Bare”: Summary is missing." in said(response)
    assert not fresh(whole).live
    below = ada.post(f"{url}?id={listing.pk}", {"include_descendants": "on"})
    assert "“Bare”: Summary is missing." in said(below)
    ada.post(f"{url}?id={whole.pk}")
    assert fresh(whole).live


def form_of_draft(page: CaseStudyPage, **values: object) -> dict[str, object]:
    page.save_revision()
    return form(page, **values)


@pytest.mark.parametrize("name", ["unpublish", "delete"])
def test_what_was_done_already_is_said_in_words(name: str, listing: CaseStudyIndexPage, ada: Client) -> None:
    page = case_study(listing, "Live")
    url = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
    assert ada.post(url).status_code == 302
    response = ada.post(url)
    assert response.status_code == 302
    words = {
        "unpublish": "“Live”: nothing was changed. It is no longer published.",
        "delete": "that page no longer exists",
    }
    assert words[name] in said(response)
    if name == "delete":
        assert "that page no longer exists" in said(ada.post(edit_url(page), empty(title="Live")))
        assert ada.post(edit_url(page), empty(title="Live"), headers=AUTOSAVE).status_code == 404
    stranger = Client().post(url)
    assert "/admin/login/" in stranger["Location"]


def new_pages(home: HomePage, listing: CaseStudyIndexPage) -> dict[str, tuple[type[Page], Page, dict[str, Any]]]:
    """By kind: its type, where it is added, and the form that makes a draft."""
    practice = practice_index(home)
    named = {"title": "New", "slug": "new"}
    issue = {"sections-count": 0, "editorial": "null", "title": "Spring", "year": 2008, "season": 1}
    return {
        "case study": (CaseStudyPage, listing, empty(**named)),
        "bulletin": (BulletinPage, bulletin_index(home), issue),
        "note": (PracticeNotePage, practice, note_form(**named)),
        "contract": (TemplateContractPage, contract_index(practice), contract_form(**named)),
        "plain page": (ContentPage, home, named | rows("comments") | {"body": "null"}),
    }


KINDS = ["case study", "note", "contract", "plain page"]
ORDERS = [(AUTOSAVE, {}), ({}, AUTOSAVE), ({}, {}), (AUTOSAVE, AUTOSAVE)]


@pytest.mark.parametrize(
    ("kind", "order"), [*((kind, ORDERS[0]) for kind in KINDS), *(("bulletin", order) for order in ORDERS)]
)
def test_a_new_page_is_made_once_whatever_comes_first(
    kind: str, order: tuple[dict[str, str], ...], home: HomePage, listing: CaseStudyIndexPage, ada: Client
) -> None:
    model, parent, values = new_pages(home, listing)[kind]
    url = reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, parent.pk])
    assert 'name="form-token"' in ada.get(url).content.decode()
    sent = values | {"form-token": str(uuid4())}
    for headers in order:
        response = ada.post(url, sent, headers=headers)
        assert response.status_code == (200 if headers else 302)
        assert not headers or response.json()["success"]
    page = model._default_manager.get()
    assert headers or response["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    ada.post(url, sent | {"title": "Newer"}, headers=headers)
    assert model._default_manager.get().get_latest_revision_as_object().title == "Newer"


def test_a_new_page_s_rows_are_made_once(listing: CaseStudyIndexPage, ada: Client) -> None:
    sent = empty(title="New", slug="new", **outcome(**{"outcomes-0-measure": "Reconviction"})) | {
        "form-token": str(uuid4())
    }
    for headers in (AUTOSAVE, AUTOSAVE, {}):
        ada.post(add_url(listing), sent, headers=headers)
    draft = CaseStudyPage.objects.get().get_latest_revision_as_object()
    assert [outcome.measure for outcome in draft.outcomes.all()] == ["Reconviction"]


def test_a_new_page_is_published_once(listing: CaseStudyIndexPage, ada: Client) -> None:
    made = complete(
        case_study(listing, "Like this", live=False), title="New", slug="new", **{"organisations-INITIAL_FORMS": 0}
    )
    made |= {"organisations-0-id": "", "form-token": str(uuid4()), "action-publish": "1"}
    for _ in range(2):
        assert ada.post(add_url(listing), made).status_code == 302
    page = CaseStudyPage.objects.get(title="New")
    assert (page.live, page.organisations.count(), logged(page, "wagtail.publish")) == (True, 1, 1)
    assert ada.post(add_url(listing), made, headers=AUTOSAVE).status_code == 400
    assert not fresh(page).has_unpublished_changes


def test_a_token_of_somebody_else_leads_nowhere(listing: CaseStudyIndexPage, ada: Client, grace: Client) -> None:
    sent = empty(title="Hers", slug="hers") | {"form-token": str(uuid4())}
    ada.post(add_url(listing), sent)
    grace.post(add_url(listing), sent | {"title": "His", "slug": "his"})
    assert set(CaseStudyPage.objects.values_list("title", flat=True)) == {"Hers", "His"}
    assert CaseStudyPage.objects.get(title="Hers").get_latest_revision_as_object().title == "Hers"
    ada.post(add_url(listing), empty(title="Odd", slug="odd") | {"form-token": "no token"})
    assert CaseStudyPage.objects.filter(title="Odd").exists()
