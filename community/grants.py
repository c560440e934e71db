"""Applies the table of roles. Each grant is applied once and remembered, so that what an administrator takes away stays
away, and a grant that is new in a release still reaches a site that is older."""

import logging
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import transaction

from community.roles import Grant, Scope, grants

APPROVAL = "Moderators approval"  # Wagtail's own task, which is in our workflow
ROOTS = {Scope.PAGES: "page", Scope.COLLECTIONS: "collection"}
logger = logging.getLogger(__name__)


def apply_grants(apps: Any = installed) -> list[Grant]:
    """Gives each role what it was never given before, and returns that."""
    applied = _rows("community.AppliedGrant", apps)
    before = list(applied.values_list("role", "scope", "permission", "group_id"))
    known = {tuple(key) for *key, _ in before}
    missing = [grant for grant in grants() if grant.key not in known]
    if not missing:
        return []
    # Django makes an app's permissions only after all migrations.
    for label in sorted({grant.app_label for grant in missing}):
        create_permissions(installed.get_app_config(label), verbosity=0, interactive=False, apps=apps)
    group_ids: dict[str, int | None] = {}
    for role, _, _, group_id in before:
        group_ids[role] = group_ids.get(role) or group_id
    with transaction.atomic():
        groups = {role: _group(role, group_ids, apps) for role in {grant.role for grant in missing}}
        given = [grant for grant in missing if groups[grant.role] and _give(grant, groups[grant.role], apps)]
        rows = [_remembered(applied.model, grant, groups[grant.role]) for grant in given]
        applied.bulk_create(rows, ignore_conflicts=True)  # another process may be at it, too
    if known:  # a new site gets all of them
        for grant in given:
            logger.info("Given to a role: %s", grant)
    return given


def after_migrations(apps: Any = installed, **kwargs: Any) -> None:
    """Receives post_migrate. Does nothing where this app is not migrated far enough."""
    try:
        apps.get_model("community", "AppliedGrant")
    except LookupError:
        return
    apply_grants(apps)


def _rows(model: str, apps: Any) -> Any:
    return apps.get_model(model)._default_manager


def _remembered(model: Any, grant: Grant, group: Any) -> Any:
    role, scope, permission = grant.key
    return model(role=role, scope=scope, permission=permission, group=group)


def _group(role: str, group_ids: dict[str, int | None], apps: Any) -> Any:
    """The group of a role, even if it has another name by now. A new role gets a group; one whose group an administrator
    has deleted gets none."""
    groups = _rows("auth.Group", apps)
    found = groups.filter(pk=group_ids.get(role)).first() or groups.filter(name=role).first()
    return found if found or role in group_ids else groups.create(name=role)


def _give(grant: Grant, group: Any, apps: Any) -> bool:
    """Whether it could be given. It cannot where an app is not migrated yet, or the task of the workflow is gone."""
    if grant.scope == Scope.WORKFLOW:
        task = _rows("wagtailcore.GroupApprovalTask", apps).filter(name=APPROVAL, active=True).first()
        if task:
            task.groups.add(group)
        return task is not None
    app_label, model = grant.model.split(".")
    permission = (
        _rows("auth.Permission", apps)
        .filter(content_type__app_label=app_label, content_type__model=model, codename=grant.codename)
        .first()
    )
    if permission is None:
        return False
    if grant.scope == Scope.SITE:
        group.permissions.add(permission)
        return True
    field = ROOTS[grant.scope]
    root = _rows(f"wagtailcore.{field}", apps).filter(depth=1).first()
    if root:
        held = _rows(f"wagtailcore.Group{field}Permission", apps)
        held.get_or_create(group=group, permission=permission, **{field: root})
    return root is not None
