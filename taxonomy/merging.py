"""Merging one term into another: everything that refers to it follows, and its row stays as the alias of its slug."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, UniqueConstraint
from django.db.models.lookups import IsNull
from modelcluster.fields import ParentalKey
from wagtail.log_actions import log
from wagtail.models import Page, ReferenceIndex

from search import changes
from taxonomy.drafts import drafts_naming
from taxonomy.glossary import as_lines
from taxonomy.models import Term
from taxonomy.usage import page_ids


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge does, or did."""

    term: Term
    target: Term
    pages: frozenset[int]
    drafts: frozenset[int]  # pages that name the term in an unpublished version only
    children: int
    synonyms: tuple[str, ...]


def targets(term: Term) -> QuerySet[Term]:
    """The terms that this one can be merged into: in use, of its facet and its level (an area into an area)."""
    return Term.objects.filter(facet=term.facet, parent__isnull=not term.parent_id, retired=False).exclude(pk=term.pk)


def plan(term: Term, target: Term) -> Merge:
    pages = page_ids(term)
    return Merge(
        term=term,
        target=target,
        pages=frozenset(pages),
        drafts=frozenset(drafts_naming(term) - pages),
        children=Term.objects.filter(parent=term).count(),
        synonyms=_new_synonyms(term, target),
    )


@transaction.atomic
def merge(term: Term, target: Term, user: Any = None) -> Merge:
    """Merge, and say what it did. The number of queries does not depend on the number of pages, but for the change log's
    batches. Raises ValidationError where the one cannot be merged into the other."""
    # Two merges of the same terms at once: the second one meets what the first one left.
    held = {
        row.pk: row for row in Term.all_objects.select_for_update().filter(pk__in=(term.pk, target.pk)).order_by("pk")
    }
    if len(held) < 2 or held[term.pk].merged_into_id or not targets(held[term.pk]).filter(pk=target.pk).exists():
        raise ValidationError(f"“{term}” cannot be merged into “{target}”.")
    term, target = held[term.pk], held[target.pk]
    done = plan(term, target)
    touched = done.pages | page_ids(target)
    for field in references():
        follow(field, term, target)
    # Drafts that name the term are not rewritten: taxonomy.drafts gives them the target when they are opened.
    ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Term), to_object_id=str(term.pk)
    ).update(to_object_id=str(target.pk))
    Term.all_objects.filter(parent=term).update(parent=target)
    Term.all_objects.filter(merged_into=term).update(merged_into=target)
    synonyms = as_lines([*target.also_called(), *done.synonyms])
    Term.all_objects.filter(pk=target.pk).update(synonyms=synonyms)
    # A group must not be kept from deletion by an alias that nobody sees.
    Term.all_objects.filter(pk=term.pk).update(merged_into=target, parent=None)
    changes.record(touched)
    said = {"label": term.label, "slug": term.slug, "pages": len(done.pages), "children": done.children}
    log(instance=target, action="taxonomy.merge", user=user, data=said)
    return done


def references() -> list[ForeignKey[Any, Any]]:
    """Every column that refers to a term, those of the tables behind many-to-many fields too; not the terms' own."""
    relations = Term._meta.get_fields(include_hidden=True)
    fields = [relation.remote_field for relation in relations if relation.auto_created and not relation.many_to_many]
    return [field for field in fields if isinstance(field, ForeignKey) and field.model is not Term]


def kept_by(term: Term) -> list[str]:
    """What names the term beside pages, in words, such as "2 organisations" or "1 area of this group"."""
    found = [(Term.objects.filter(parent=term).count(), "area of this group", "areas of this group")]
    for field in references():
        model: Any = field.model
        others = [one.related_model for one in model._meta.local_concrete_fields if one.is_relation and one != field]
        if any(issubclass(owner, Page) for owner in (model, *others)):
            continue
        # A row between two things stands for the other one.
        named = others[0]._meta if len(others) == 1 else model._meta
        rows = model._base_manager.filter(**{field.name: term.pk}).count()
        found.append((rows, str(named.verbose_name), str(named.verbose_name_plural)))
    return [f"{count} {one if count == 1 else many}" for count, one, many in found if count]


def follow(field: ForeignKey[Any, Any], term: Model, target: Model) -> None:
    """Point the rows of this column from one object to another; those that would then be there twice go."""
    rows = field.model._base_manager.filter(**{field.name: term.pk})
    for alike, condition in _twins(field):
        twins = field.model._base_manager.filter(*alike, condition, **{field.name: target.pk})
        # Without signals: a term may stand on ten thousand pages, and the change log hears of them all.
        rows.filter(condition, Exists(twins))._raw_delete(rows.db)
    rows.update(**{field.name: target.pk})


def _twins(field: ForeignKey[Any, Any]) -> list[tuple[list[Any], Q]]:
    """By what a row (as seen from inside a subquery on its table) knows another that may not name the same term, and
    for which rows that holds."""
    options = field.model._meta
    rules = [(set(group), Q()) for group in options.unique_together]
    unique = [rule for rule in options.constraints if isinstance(rule, UniqueConstraint)]
    rules += [(set(rule.fields), rule.condition or Q()) for rule in unique]
    rules += [({field.name}, Q())] if field.unique else []
    found: list[tuple[list[Any], Q]] = [
        ([Q(**{name: OuterRef(name)}) for name in names - {field.name}], condition)
        for names, condition in rules
        if field.name in names
    ]
    told = [other for other in options.local_concrete_fields if not other.primary_key]
    if any(isinstance(other, ParentalKey) for other in told):
        # A row of a page that says nothing new, such as an organisation in the same role twice.
        names = {other.name for other in told} - {field.name, "sort_order"}
        found.append(([_same(name) for name in names], Q()))
    return found


def _same(name: str) -> Q:
    """Equal, or both unknown."""
    return Q(**{name: OuterRef(name)}) | Q(Q(**{f"{name}__isnull": True}), IsNull(OuterRef(name), True))


def _new_synonyms(term: Term, target: Term) -> tuple[str, ...]:
    """The term's label and synonyms, as far as the target does not have them."""
    known = {word.strip().casefold() for word in (target.label, *target.also_called())}
    new: dict[str, str] = {}
    for word in map(str.strip, (term.label, *term.also_called())):
        if word and word.casefold() not in known:
            new.setdefault(word.casefold(), word)
    return tuple(new.values())
