"""Which saves change what readers see: all of them, but for the books that the software keeps about itself."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save

from caching.version import content_changed

# Fields of a page that change while it is only being drafted, locked or scheduled.
DRAFTING = {
    *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes", "live_revision"),
    *("locked", "locked_at", "locked_by", "go_live_at", "owner", "last_published_at", "approved_schedule"),
}
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
# Models of Wagtail's core that no reader sees; a page's own books are told by DRAFTING. Renditions are made while a
# page is shown, and belong to an image that tells of itself.
MODELS = {
    *("wagtailcore.revision", "wagtailcore.pagelogentry", "wagtailcore.modellogentry", "wagtailcore.referenceindex"),
    *("wagtailcore.workflow", "wagtailcore.workflowstate", "wagtailcore.workflowtask", "wagtailcore.task"),
    *("wagtailcore.taskstate", "wagtailcore.groupapprovaltask", "wagtailcore.workflowpage", "wagtailcore.comment"),
    *("wagtailcore.commentreply", "wagtailcore.pagesubscription", "wagtailcore.grouppagepermission"),
    *("wagtailcore.uploadedfile", "wagtailcore.workflowcontenttype", "wagtailcore.groupcollectionpermission"),
    *("wagtailcore.apitoken", "search.change", "community.user", "home.siterendition"),
}


def is_content(model: type[Model]) -> bool:
    """Whether readers can see rows of this model. A model says of itself that they cannot with `bookkeeping = True`."""
    meta = model._meta
    if model.__module__ == "__fake__":  # a model of a migration, which may run before our table is there
        return False
    return not (meta.app_label in APPS or meta.label_lower in MODELS or getattr(model, "bookkeeping", False))


def _saved(sender: type[Model], update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    if is_content(sender) and not (update_fields is not None and set(update_fields) <= DRAFTING):
        content_changed()


def _changed(sender: type[Model], **kwargs: Any) -> None:
    if is_content(sender):
        content_changed()


def _migrated(**kwargs: Any) -> None:
    content_changed()


def connect() -> None:
    post_save.connect(_saved, dispatch_uid="caching_saved")
    post_delete.connect(_changed, dispatch_uid="caching_deleted")
    m2m_changed.connect(_changed, dispatch_uid="caching_related")
    post_migrate.connect(_migrated, sender=apps.get_app_config("caching"), dispatch_uid="caching_migrated")
