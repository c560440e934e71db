"""Which saves change what readers see: all of them, but for models that say otherwise, and for drafts."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save
from modelcluster.fields import ParentalKey
from wagtail.models import Page

from caching.version import content_changed

# Fields of a page that change while it is only being drafted, locked or scheduled.
DRAFTING = {
    *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes", "live_revision"),
    *("locked", "locked_at", "locked_by", "go_live_at", "owner", "last_published_at", "approved_schedule"),
}
# Of models that are not ours, whole apps and single models that no reader sees. Our own say `affects_readers = False`.
APPS = {
    "migrations",
    "sessions",
    "admin",
    "auth",
    "contenttypes",
    "django_tasks_database",
    "wagtailadmin",
    "wagtailusers",
    "wagtailsearch",
}
MODELS = {
    *("wagtailcore.revision", "wagtailcore.pagelogentry", "wagtailcore.modellogentry", "wagtailcore.referenceindex"),
    *("wagtailcore.workflow", "wagtailcore.workflowstate", "wagtailcore.workflowtask", "wagtailcore.task"),
    *("wagtailcore.taskstate", "wagtailcore.groupapprovaltask", "wagtailcore.workflowpage", "wagtailcore.comment"),
    *("wagtailcore.commentreply", "wagtailcore.pagesubscription", "wagtailcore.grouppagepermission"),
    *("wagtailcore.uploadedfile", "wagtailcore.workflowcontenttype", "wagtailcore.groupcollectionpermission"),
    *("wagtailcore.groupsitepermission", "wagtailcore.apitoken"),
}


def affects_readers(model: type[Model]) -> bool:
    """Whether readers can see rows of this model. A model of ours says of itself that they cannot with
    `affects_readers = False`; a table that only joins two models goes by the one that made it."""
    meta = model._meta
    if model.__module__ == "__fake__":  # a model of a migration, which may run before our table is there
        return False
    made_by: Any = meta.auto_created
    if made_by:
        return affects_readers(made_by)
    return getattr(model, "affects_readers", not (meta.app_label in APPS or meta.label_lower in MODELS))


def _is_only_drafted(instance: Any) -> bool:
    """Whether it is a page that is not published, or a row of one."""
    if isinstance(instance, Page):
        return not instance.live
    held = (
        instance._state.fields_cache.get(field.name)  # a page that is not at hand is not asked for
        for field in instance._meta.concrete_fields
        if isinstance(field, ParentalKey)
    )
    return any(isinstance(page, Page) and not page.live for page in held)


def _saved(
    sender: type[Model], instance: Any, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    if not affects_readers(sender) or (update_fields is not None and set(update_fields) <= DRAFTING):
        return
    # A page that was there may stop being live in a save alone.
    was_there = isinstance(instance, Page) and not created
    if was_there or not _is_only_drafted(instance):
        content_changed()


def _deleted(sender: type[Model], **kwargs: Any) -> None:
    if affects_readers(sender):
        content_changed()


def _related(sender: type[Model], instance: Any, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and affects_readers(sender) and not _is_only_drafted(instance):
        content_changed()


def _migrated(**kwargs: Any) -> None:
    content_changed()


def connect() -> None:
    post_save.connect(_saved, dispatch_uid="caching_saved")
    post_delete.connect(_deleted, dispatch_uid="caching_deleted")
    m2m_changed.connect(_related, dispatch_uid="caching_related")
    post_migrate.connect(_migrated, sender=apps.get_app_config("caching"), dispatch_uid="caching_migrated")
