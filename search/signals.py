"""Which events touch which entries. Everything is noted in the transaction that causes it."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from modelcluster.fields import ParentalKey
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_slug_changed, page_unpublished, post_page_move

from caching.signals import DRAFTING
from search import changes


def _saved(
    sender: type[Model], instance: Any, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    if not isinstance(instance, Page) or kwargs.get("raw"):
        return
    # A page that was there may stop being live in a save alone: published again with a day to come.
    if (created and not instance.live) or (update_fields is not None and set(update_fields) <= DRAFTING):
        return
    changes.record([instance.pk])


def _deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        changes.record([instance.pk])


def _unpublished(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    changes.record([instance.pk])


def _moved(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    changes.record_below(instance)


def _slug_changed(sender: type[Page], instance: Page, **kwargs: Any) -> None:
    changes.record_below(instance)


def _privacy_changed(sender: type[Model], instance: PageViewRestriction, **kwargs: Any) -> None:
    # `page` is gone already where the page itself is being deleted.
    page = Page.objects.filter(pk=instance.page_id).first()
    if page:
        changes.record_below(page)


def connect() -> None:
    post_save.connect(_saved, dispatch_uid="search_saved")
    post_delete.connect(_deleted, dispatch_uid="search_deleted")
    page_unpublished.connect(_unpublished, dispatch_uid="search_unpublished")
    post_page_move.connect(_moved, dispatch_uid="search_moved")
    page_slug_changed.connect(_slug_changed, dispatch_uid="search_slug")
    post_save.connect(_privacy_changed, sender=PageViewRestriction, dispatch_uid="search_private")
    post_delete.connect(_privacy_changed, sender=PageViewRestriction, dispatch_uid="search_public")


def watch(model: type[Model], fields: tuple[str, ...]) -> None:
    """Note every page that uses an object of this model when one of these fields changes, or when it is deleted."""

    def remember(sender: type[Model], instance: Model, **kwargs: Any) -> None:
        before = model._base_manager.filter(pk=instance.pk).values(*fields).first() if instance.pk else None
        instance._search_changed = before is not None and any(  # type: ignore[attr-defined]
            before[name] != getattr(instance, model._meta.get_field(name).attname)  # type: ignore[union-attr]
            for name in fields
        )

    def note(sender: type[Model], instance: Model, **kwargs: Any) -> None:
        if getattr(instance, "_search_changed", False):
            changes.record(pages_using(instance))

    def going(sender: type[Model], instance: Model, **kwargs: Any) -> None:
        changes.record(pages_using(instance))

    label = model._meta.label
    pre_save.connect(remember, sender=model, weak=False, dispatch_uid=f"search_before_{label}")
    post_save.connect(note, sender=model, weak=False, dispatch_uid=f"search_after_{label}")
    pre_delete.connect(going, sender=model, weak=False, dispatch_uid=f"search_going_{label}")


def pages_using(thing: Model) -> set[int]:
    """Every page that refers to this object: directly, through its own child rows, or through what refers to it
    (a group's terms, an organisation's type)."""
    pages: set[int] = set()
    seen: set[tuple[type[Model], int]] = set()
    waiting: list[tuple[type[Model], set[int]]] = [(type(thing), {thing.pk})]
    while waiting:
        current, found = waiting.pop()
        keys = {pk for pk in found if (current, pk) not in seen}
        seen.update((current, pk) for pk in keys)
        for relation in current._meta.related_objects if keys else ():
            model = relation.related_model
            users = model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            owner = _owner_field(model)
            if issubclass(model, Page):
                pages.update(users.values_list("pk", flat=True))
            elif owner:
                pages.update(users.values_list(owner, flat=True))
            elif model._meta.app_label not in _FOREIGN:
                waiting.append((model, set(users.values_list("pk", flat=True))))
    return pages


# Apps whose rows point at everything and belong to no page.
_FOREIGN = {"wagtailcore", "wagtailadmin", "wagtailsearch", "auth", "contenttypes"}


def _owner_field(model: type[Model]) -> str | None:
    """The column that points from a page's child row to its page."""
    for field in model._meta.get_fields():
        if isinstance(field, ParentalKey) and issubclass(field.related_model, Page):
            return field.attname
    return None
