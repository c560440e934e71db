"""Merging one organisation into another: its names, its roles and its address follow, and its row stays as an alias."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex

from organisations.models import Organisation
from search import changes
from taxonomy.glossary import as_lines
from taxonomy.merging import follow
from taxonomy.usage import page_ids

# What the one has and the other lacks is taken over.
TAKEN_OVER = ("organisation_type_id", "description", "place", "website")


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge does, or did."""

    organisation: Organisation
    target: Organisation
    pages: frozenset[int]
    names: tuple[str, ...]  # that the target gets


def targets(organisation: Organisation) -> QuerySet[Organisation]:
    return Organisation.objects.exclude(pk=organisation.pk)


def plan(organisation: Organisation, target: Organisation) -> Merge:
    known = {name.casefold() for name in (target.name, *target.also_called(), *target.formerly())}
    names = (organisation.name, *organisation.also_called())
    new = {name.casefold(): name for name in names if name.casefold() not in known}
    return Merge(organisation, target, frozenset(page_ids(organisation)), tuple(new.values()))


@transaction.atomic
def merge(organisation: Organisation, target: Organisation, user: Any = None) -> Merge:
    """Merge, and say what it did. Raises ValidationError where the one cannot be merged into the other."""
    # Two merges of the same ones at once: the second one meets what the first one left.
    rows = Organisation.all_objects.select_for_update().filter(pk__in=(organisation.pk, target.pk)).order_by("pk")
    held = {row.pk: row for row in rows}
    if len(held) < 2 or any(row.merged_into_id for row in held.values()):
        raise ValidationError(f"“{organisation}” cannot be merged into “{target}”.")
    organisation, target = held[organisation.pk], held[target.pk]
    done = plan(organisation, target)
    touched = done.pages | page_ids(target)
    for field in references():
        follow(field, organisation, target)
    # Drafts that name it are not rewritten: organisations.drafts gives them the target when they are opened.
    ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Organisation), to_object_id=str(organisation.pk)
    ).update(to_object_id=str(target.pk))
    Organisation.all_objects.filter(merged_into=organisation).update(merged_into=target)
    known = {name.casefold() for name in (target.name, *target.also_called(), *target.formerly(), *done.names)}
    former = [name for name in organisation.formerly() if name.casefold() not in known]
    target.other_names = as_lines([*target.also_called(), *done.names])
    target.former_names = as_lines([*target.formerly(), *former])
    for name in TAKEN_OVER:
        setattr(target, name, getattr(target, name) or getattr(organisation, name))
    target.save()
    Organisation.all_objects.filter(pk=organisation.pk).update(merged_into=target)
    changes.record(touched)
    said = {"name": organisation.name, "slug": organisation.slug, "pages": len(done.pages)}
    log(instance=target, action="organisations.merge", user=user, data=said)
    return done


def references() -> list[ForeignKey[Any, Any]]:
    """Every column that refers to an organisation, but for the organisations' own."""
    fields = [relation.remote_field for relation in Organisation._meta.get_fields() if relation.auto_created]
    return [field for field in fields if isinstance(field, ForeignKey) and field.model is not Organisation]
