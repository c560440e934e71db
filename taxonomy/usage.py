"""Which pages use a term or a tag. Wagtail's own reference index does not follow many-to-many fields."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from modelcluster.fields import ParentalKey
from wagtail.models import Page

from taxonomy.models import Term


@dataclass(frozen=True, slots=True)
class Lookup:
    """Rows of `model` whose `path` leads to the object; their column `page` holds the page."""

    model: type[Model]
    path: str
    page: str


def page_lookups(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> list[Lookup]:
    """Every way from a page to an object of this model: a field of the page, of its child rows, or of what these name.
    A group of terms is used by the pages of its terms."""
    found: list[Lookup] = []
    for relation in model._meta.related_objects:
        user = relation.related_model
        owner = next((field for field in user._meta.get_fields() if isinstance(field, ParentalKey)), None)
        name = relation.field.name
        if issubclass(user, Page):
            found.append(Lookup(user, name, "pk"))
        elif owner is not None and issubclass(owner.related_model, Page):
            found.append(Lookup(user, name, owner.attname))
        elif user not in seen and user is not model:
            deeper = page_lookups(user, seen | {model})
            found += [Lookup(item.model, f"{item.path}__{name}", item.page) for item in deeper]
    if model is Term:
        found += [Lookup(item.model, f"{item.path}__parent", item.page) for item in list(found)]
    return found


def page_ids(thing: Model) -> set[int]:
    """The pages, unpublished ones too, that use this term or tag."""
    ids: set[int] = set()
    for lookup in page_lookups(type(thing)):
        ids.update(lookup.model._default_manager.filter(**{lookup.path: thing.pk}).values_list(lookup.page, flat=True))
    return ids


def pages_using(thing: Model) -> QuerySet[Page]:
    return Page.objects.filter(pk__in=page_ids(thing)).order_by("title")


def with_page_counts(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Each object with `page_count`: how many pages, drafts too, use it."""
    total: Any = Value(0)
    for lookup in page_lookups(queryset.model):
        rows = lookup.model._default_manager.filter(**{lookup.path: OuterRef("pk")}).order_by()
        counted = rows.annotate(one=Value(1)).values("one").annotate(total=Count(lookup.page, distinct=True))
        total += Coalesce(Subquery(counted.values("total"), output_field=IntegerField()), 0)
    return queryset.annotate(page_count=total)
