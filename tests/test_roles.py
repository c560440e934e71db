"""What each role may and may not do, through the admin's own views."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail import hooks
from wagtail.models import Page, Workflow, WorkflowState

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from core.models import SiteDocument, SiteImage
from organisations.models import Organisation
from taxonomy.models import Facet, Term
from tests.factories import OrganisationFactory, case_study, refer, tag, term
from tests.forms import add_url, complete, edit_url, empty

pytestmark = pytest.mark.django_db
WRITERS = ["Editors", "Bulletin editors", "Facilitators"]
PUBLISHERS = ["Moderators", "Administrators"]
ROLES = [*WRITERS, *PUBLISHERS]
As = Callable[..., Client]


def person(*roles: str, mail: str = "") -> User:
    user = User.objects.create_user(mail or f"{'-'.join(roles) or 'nobody'}@example.com".replace(" ", "-").lower())
    user.groups.set(Group.objects.filter(name__in=roles))
    assert user.groups.count() == len(roles)
    return user


@pytest.fixture
def log_in() -> As:
    """A client of somebody who has these roles."""

    def logged_in(*roles: str) -> Client:
        client = Client()
        client.force_login(person(*roles))
        return client

    return logged_in


def submitted(client: Client, page: CaseStudyPage) -> WorkflowState:
    response = client.post(edit_url(page), complete(page, **{"action-submit": "1"}))
    assert response.status_code == 302
    return WorkflowState.objects.get(status=WorkflowState.STATUS_IN_PROGRESS)


def refused(client: Client, url: str, data: dict[str, object] | None = None) -> bool:
    """Whether the admin sends them away and says so, for reading and for a form."""
    answers = [client.get(url), client.post(url, data or {})]
    return all(answer.status_code in (302, 403, 404) for answer in answers)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_writes_drafts_and_adds_files_and_organisations(
    role: str, listing: CaseStudyIndexPage, log_in: As
) -> None:
    client = log_in(role)
    assert client.post(add_url(listing), empty(title="A draft", slug="a-draft")).status_code == 302
    draft = CaseStudyPage.objects.get(title="A draft")
    assert not draft.live
    other = case_study(listing, "Somebody else's", live=False)
    assert client.post(edit_url(other), empty(title="Mended", slug="mended")).status_code == 302
    other.refresh_from_db()
    assert other.title == "Mended"
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    files: list[tuple[str, Any, str, bytes]] = [
        ("wagtailimages:add", SiteImage, "a.png", picture.getvalue()),
        ("wagtaildocs:add", SiteDocument, "a.txt", b"text"),
    ]
    for name, model, file, content in files:
        data = {"title": "A file", "collection": 1, "file": SimpleUploadedFile(file, content)}
        assert client.post(reverse(name), data).status_code == 302
        mine = model._default_manager.get()
        url = reverse(name.replace("add", "edit"), args=[mine.pk])
        assert client.post(url, {"title": "Renamed", "collection": 1}).status_code == 302
        assert model._default_manager.get().title == "Renamed"
    add = reverse("wagtailsnippets_organisations_organisation:add")
    assert client.post(add, {"name": "New", "description": "", "website": ""}).status_code == 302
    change = reverse("wagtailsnippets_organisations_organisation:edit", args=[Organisation.objects.get(name="New").pk])
    assert client.post(change, {"name": "Newer", "description": "", "website": ""}).status_code == 302
    assert Organisation.objects.filter(name="Newer").exists()


@pytest.mark.parametrize("role", ROLES)
def test_who_publishes_and_unpublishes(role: str, listing: CaseStudyIndexPage, log_in: As) -> None:
    client = log_in(role)
    may = role in PUBLISHERS
    draft = case_study(listing, "Draft", live=False)
    client.post(edit_url(draft), complete(draft, **{"action-publish": "1"}))
    draft.refresh_from_db()
    assert draft.live is may
    live = case_study(listing, "Live")
    unpublish = reverse("wagtailadmin_pages:unpublish", args=[live.pk])
    assert refused(client, unpublish) is not may
    live.refresh_from_db()
    assert live.live is not may
    delete = reverse("wagtailadmin_pages:delete", args=[case_study(listing, "Also live").pk])
    client.post(delete)
    assert CaseStudyPage.objects.filter(title="Also live").exists() is not may


@pytest.mark.parametrize("role", ROLES)
def test_who_locks_unlocks_and_deletes_many(role: str, listing: CaseStudyIndexPage, log_in: As) -> None:
    client = log_in(role)
    may = role in PUBLISHERS
    mine, theirs = case_study(listing, "Mine"), case_study(listing, "Theirs", locked=True)
    Page.objects.filter(pk=theirs.pk).update(locked_by=person(mail="locker@example.com"))
    client.post(reverse("wagtailadmin_pages:lock", args=[mine.pk]))
    client.post(reverse("wagtailadmin_pages:unlock", args=[theirs.pk]))
    assert Page.objects.get(pk=mine.pk).locked is may
    assert Page.objects.get(pk=theirs.pk).locked is not may
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    client.post(f"{many}?id={listing.pk}")
    assert Page.objects.filter(pk=listing.pk).exists() is not may


@pytest.mark.parametrize(("decision", "outcome"), [("approve", "approved"), ("reject", "needs_changes")])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_submits_and_moderators_decide(
    role: str, decision: str, outcome: str, listing: CaseStudyIndexPage, log_in: As
) -> None:
    assert listing.get_workflow() == Workflow.objects.get(name="Editorial approval")
    client = log_in(role)
    page = case_study(listing, "Waiting", live=False)
    state = submitted(client, page)
    task = state.current_task_state
    client.post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, decision, task.pk]), {"comment": "So."})
    page.refresh_from_db()
    state.refresh_from_db()
    assert state.status == (outcome if role in PUBLISHERS else "in_progress")
    assert page.live is (role in PUBLISHERS and decision == "approve")


def test_the_moderators_are_told_by_mail_of_what_waits(
    listing: CaseStudyIndexPage, log_in: As, mailoutbox: list[object]
) -> None:
    moderator = person("Moderators", mail="moderator@example.com")
    submitted(log_in("Editors"), case_study(listing, "Waiting", live=False))
    assert [mail.to for mail in mailoutbox] == [[moderator.email]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ROLES)
def test_who_looks_after_the_vocabulary(role: str, log_in: As) -> None:
    client = log_in(role)
    may = role in ("Facilitators", "Administrators")
    mine, label = term(Facet.THEME, "mine"), tag("old")
    data = {"label": "Changed", "slug": "mine", "synonyms": "", "scope_note": "", "code": ""}
    assert (client.get(reverse("taxonomy_theme:index")).status_code == 200) is may
    client.post(reverse("taxonomy_theme:edit", args=[mine.pk]), data)
    assert Term.objects.filter(label="Changed").exists() is may
    client.post(reverse("taxonomy_theme:add"), data | {"label": "Added", "slug": "added"})
    assert Term.objects.filter(label="Added").exists() is may
    client.post(reverse("taxonomy_tag:edit", args=[label.pk]), {"name": "new", "slug": "new"})
    label.refresh_from_db()
    assert (label.name == "new") is may
    client.post(reverse("taxonomy_theme:delete", args=[mine.pk]))
    assert Term.objects.filter(pk=mine.pk).exists() is not may
    user = User.objects.get(groups__name=role)
    for codename in ("merge_term", "retire_term"):
        assert user.has_perm(f"taxonomy.{codename}") is may


@pytest.mark.parametrize("role", ROLES)
def test_who_deletes_organisations_and_nobody_one_that_is_used(
    role: str, listing: CaseStudyIndexPage, log_in: As
) -> None:
    client = log_in(role)
    used, free = OrganisationFactory(name="Used"), OrganisationFactory(name="Free")
    refer(case_study(listing, "Uses it", organisation=used))
    for organisation in (used, free):
        url = reverse("wagtailsnippets_organisations_organisation:delete", args=[organisation.pk])
        assert client.get(url).status_code in (200, 302)
        assert client.post(url).status_code in (200, 302)
    assert Organisation.objects.filter(name="Used").exists()
    assert Organisation.objects.filter(name="Free").exists() is (role not in PUBLISHERS)


SETTINGS = [
    "wagtailusers_users:index",
    "wagtailusers_users:add",
    "wagtailusers_groups:index",
    "wagtailusers_groups:add",
    "wagtailsites:index",
    "wagtailadmin_workflows:index",
    "wagtailadmin_workflows:task_index",
    "wagtailadmin_collections:index",
    "wagtailredirects:index",
]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_come_to_users_and_settings(role: str, name: str, log_in: As) -> None:
    response = log_in(role).get(reverse(name))
    assert (response.status_code == 200) is (role == "Administrators")
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_which_report(role: str, home: Page, log_in: As) -> None:
    client = log_in(role)
    everybody = [
        "reviews_report",
        "wagtailadmin_reports:site_history",
        "wagtailadmin_reports:aging_pages",
        "content:index",
    ]
    for name in everybody:
        assert client.get(reverse(name)).status_code == 200, name
    locked = client.get(reverse("wagtailadmin_reports:locked_pages"))
    assert (locked.status_code == 200) is (role in PUBLISHERS)


def test_administrators_hold_every_permission_that_the_admin_gives() -> None:
    """A new model with views of its own needs a row in community/roles.py."""
    reverse("wagtailadmin_home")
    held = set(Group.objects.get(name="Administrators").permissions.all())
    given: set[Permission] = {one for hook in hooks.get_hooks("register_permissions") for one in hook()}
    assert {str(one) for one in given - held} == set()


@pytest.mark.parametrize("path", ["/admin/", "/admin/pages/", "/admin/content/", "/admin/reports/reviews/"])
def test_who_has_no_role_gets_nothing(path: str, listing: CaseStudyIndexPage, log_in: As) -> None:
    for client in (log_in(), Client()):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
        assert client.post(add_url(listing), empty(title="No", slug="no")).status_code == 302
    assert not CaseStudyPage.objects.exists()


def test_only_a_superuser_makes_or_changes_superusers(admin: User, log_in: As) -> None:
    client = log_in("Administrators")
    form = {"email": "new@example.com", "first_name": "New", "last_name": "Person", "password1": "correct horse staple"}
    form |= {"password2": form["password1"]}
    add = reverse("wagtailusers_users:add")
    assert client.post(add, form | {"is_superuser": "on"}).status_code in (302, 403)
    assert not User.objects.filter(email="new@example.com").exists()
    assert client.post(add, form).status_code == 302
    new = User.objects.get(email="new@example.com")
    edit = reverse("wagtailusers_users:edit", args=[new.pk])
    client.post(edit, form | {"is_superuser": "on", "is_active": "on"})
    client.post(reverse("wagtailusers_users:edit", args=[admin.pk]), form | {"email": admin.email})
    many = reverse("wagtail_bulk_action", args=["community", "user", "set_active_state"])
    client.post(f"{many}?id={admin.pk}", {"mark_as_active": "False"})
    new.refresh_from_db()
    admin.refresh_from_db()
    assert not new.is_superuser
    assert admin.check_password("correct horse battery")
    assert admin.is_active
    assert client.post(edit, form | {"first_name": "Newer", "is_active": "on"}).status_code == 302
    new.refresh_from_db()
    assert new.first_name == "Newer"
