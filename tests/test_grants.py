"""The table of roles is what the roles have; each grant is applied once, and what an administrator takes away stays away."""

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from wagtail.models import GroupApprovalTask, GroupCollectionPermission, GroupPagePermission

from community import roles
from community.grants import APPROVAL, after_migrations, apply_grants
from community.models import AppliedGrant
from community.roles import ADMINISTRATORS, EDITORS, MODERATORS, ROLES, TABLE, Row, Scope, grants
from tests.served import ROOT

pytestmark = pytest.mark.django_db
Key = tuple[str, str, str]


# Wagtail's migrations give these to its own two groups. They have no effect: it goes by collections.
WITHOUT_EFFECT = {
    permission.format(action)
    for permission in ("wagtailimages.{}_image", "wagtaildocs.{}_document")
    for action in ("add", "change", "delete", "choose")
}


def held() -> set[Key]:
    """What the groups have, whoever gave it to them: (group, scope, permission)."""
    label = "permission__content_type__app_label"
    found: set[Key] = set()
    site = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    found |= {(name, "site", f"{app}.{codename}") for name, app, codename in site if codename}
    found -= {(name, "site", permission) for name in (EDITORS, MODERATORS) for permission in WITHOUT_EFFECT}
    for scope, model in (("pages", GroupPagePermission), ("collections", GroupCollectionPermission)):
        rows = model.objects.values_list("group__name", label, "permission__codename")
        found |= {(name, scope, f"{app}.{codename}") for name, app, codename in rows}
    approvers = GroupApprovalTask.objects.get(name=APPROVAL).groups.values_list("name", flat=True)
    return found | {(name, "workflow", "wagtailcore.approve_groupapprovaltask") for name in approvers}


def remembered() -> set[Key]:
    return set(AppliedGrant.objects.values_list("role", "scope", "permission"))


def forget(*keys: Key) -> None:
    """As if the release of these grants were still to come."""
    for role, scope, permission in keys:
        AppliedGrant.objects.get(role=role, scope=scope, permission=permission).delete()


def take_away(*keys: Key) -> None:
    """As an administrator does in the admin."""
    for role, scope, permission in keys:
        group, codename = Group.objects.get(name=role), permission.split(".")[1]
        if scope == "site":
            group.permissions.remove(Permission.objects.get(codename=codename))
        elif scope == "workflow":
            GroupApprovalTask.objects.get(name=APPROVAL).groups.remove(group)
        else:
            model = GroupPagePermission if scope == "pages" else GroupCollectionPermission
            model.objects.get(group=group, permission__codename=codename).delete()


@pytest.fixture
def new_row(monkeypatch: pytest.MonkeyPatch) -> Row:
    """The table of a later release: editors may delete tags."""
    row = Row("Something new", "taxonomy.curatedtag", {EDITORS: ("delete",)})
    monkeypatch.setattr(roles, "TABLE", (*TABLE, row))
    return row


NEW = (EDITORS, "site", "taxonomy.delete_curatedtag")
# One of each scope.
SAMPLES = [
    (EDITORS, "site", "taxonomy.change_glossaryentry"),
    (MODERATORS, "pages", "wagtailcore.publish_page"),
    (ADMINISTRATORS, "collections", "wagtailcore.delete_collection"),
    (MODERATORS, "workflow", "wagtailcore.approve_groupapprovaltask"),
]


def test_a_new_site_has_the_table_and_nothing_else() -> None:
    wanted = {grant.key for grant in grants()}
    assert held() == wanted
    assert remembered() == wanted
    assert apply_grants() == []


@pytest.mark.parametrize("key", SAMPLES)
def test_what_was_never_given_is_given_once_whatever_it_is_for(key: Key) -> None:
    before = held()
    take_away(key)
    assert held() == before - {key}
    forget(key)
    assert {grant.key for grant in apply_grants()} == {key}
    assert held() == before
    assert apply_grants() == []


def test_what_an_administrator_took_away_stays_away() -> None:
    before = held()
    take_away(*SAMPLES)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert apply_grants() == []
    assert held() == before - set(SAMPLES)


@pytest.mark.dialect
def test_what_is_new_in_a_release_is_given_by_migrate_and_can_be_taken_away(new_row: Row) -> None:
    before = held()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert held() == before | {NEW}
    take_away(NEW)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert held() == before


def test_prepare_gives_what_is_new_even_without_a_migration(new_row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("collect", "load_starter"):
        monkeypatch.setattr(f"cop_site.management.commands.prepare.{part}", lambda: None)
    call_command("prepare", stdout=StringIO(), stderr=StringIO())
    assert NEW in held()
    assert NEW in remembered()


def test_a_permission_that_django_has_not_made_yet_is_made(new_row: Row) -> None:
    Permission.objects.filter(codename="delete_curatedtag").delete()
    apply_grants()
    assert NEW in held()


def test_a_role_keeps_its_group_under_another_name(new_row: Row) -> None:
    Group.objects.filter(name=EDITORS).update(name="Writers")
    Group.objects.create(name=EDITORS)  # another group, of the administrator's own
    apply_grants()
    assert ("Writers", *NEW[1:]) in held()
    assert NEW not in held()


def test_a_group_that_was_deleted_is_not_made_again(new_row: Row) -> None:
    Group.objects.get(name=EDITORS).delete()
    assert apply_grants() == []
    assert not Group.objects.filter(name=EDITORS).exists()
    assert NEW not in remembered()


def test_a_new_role_gets_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("The admin", "wagtailadmin.admin", {"Hosts": ("access",)})
    monkeypatch.setattr(roles, "TABLE", (*TABLE, row))
    before = held()
    apply_grants()
    assert held() - before == {("Hosts", "site", "wagtailadmin.access_admin")}


def test_what_cannot_be_given_yet_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row("Something to come", "taxonomy.curatedtag", {EDITORS: ("paint",)})
    monkeypatch.setattr(roles, "TABLE", (*TABLE, row))
    before = remembered()
    assert apply_grants() == []
    assert remembered() == before


def test_it_works_with_the_models_that_migrate_hands_over(new_row: Row) -> None:
    """They have no methods of ours and no properties."""
    take_away(*SAMPLES)
    forget(*SAMPLES)
    state = MigrationLoader(connection).project_state()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", apps=state.apps)
    assert held() == {grant.key for grant in grants()} == remembered()


def test_nothing_is_applied_where_the_migrations_stop_before_it() -> None:
    class Earlier:
        def get_model(self, *names: str) -> None:
            raise LookupError

    forget(SAMPLES[0])
    after_migrations(apps=Earlier())
    assert SAMPLES[0] not in remembered()


def table() -> str:
    """The table as the documents print it."""
    lines = [["", *ROLES], ["---"] * (len(ROLES) + 1)]
    for row in TABLE:
        cells = (", ".join(row.actions.get(role, ())).replace("_", " ") for role in ROLES)
        lines.append([row.label, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def test_the_documents_print_the_table() -> None:
    wanted = table()
    assert wanted in Path(ROOT / "docs/editors.md").read_text(), f"docs/editors.md is to print:\n{wanted}"


def test_the_table_names_roles_and_models_that_exist() -> None:
    for row in TABLE:
        assert set(row.actions) <= set(ROLES)
        assert apps.get_model(row.model)
        assert row.scope in Scope
    keys = [grant.key for grant in grants()]
    assert len(keys) == len(set(keys))
