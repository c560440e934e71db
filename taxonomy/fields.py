"""Fields that hold terms of one facet; page types declare their facts with them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Model
from modelcluster.fields import ParentalManyToManyField

from caching.rows import rows
from caching.version import cached_per_version
from taxonomy.models import TWO_LEVELS, Facet, Term


def _choices(facet: Facet) -> dict[str, Any]:
    # A group of service areas is a heading: pages are tagged with the areas in it.
    return {"facet": facet.value} | ({"parent__isnull": False} if facet in TWO_LEVELS else {})


def term(facet: Facet, **options: Any) -> models.ForeignKey:
    """One term of the facet, or none where it is not known."""
    return models.ForeignKey(
        "taxonomy.Term",
        null=True,
        blank=options.pop("blank", True),
        on_delete=models.PROTECT,
        limit_choices_to=_choices(facet),
        **options,
    )


def terms(facet: Facet, **options: Any) -> ParentalManyToManyField:
    """Any number of terms of the facet."""
    return ParentalManyToManyField(
        "taxonomy.Term", blank=options.pop("blank", True), limit_choices_to=_choices(facet), **options
    )


def terms_of(page: Model, names: Sequence[str]) -> dict[str, list[Term]]:
    """The terms in these fields of the page, each list in the editors' order, with one query for all of them.
    Of a draft, whose values are not in the database, each field is asked by itself."""
    held = getattr(page, "_cluster_related_objects", None) or {}
    if page.pk is None or any(name in held for name in names):
        return {name: list(getattr(page, name).all()) for name in names}
    known = all_terms()
    chosen: dict[str, set[int]] = {name: set() for name in names}
    for name, pk in rows(_links(type(page), tuple(names)), [page.pk] * len(names)):
        chosen[name].add(pk)
    found = {name: [known[pk] for pk in chosen[name] if pk in known] for name in names}
    return {name: sorted(held, key=lambda term: (term.sort_order, term.pk)) for name, held in found.items()}


def all_terms() -> dict[int, Term]:
    """Every term by its number, in the editors' order, with its group at hand."""
    return cached_per_version("terms", lambda: {term.pk: term for term in Term.objects.select_related("parent")})


class Known(NamedTuple):
    """What is read of a term where very many pages are read."""

    slug: str
    label: str
    group: int | None


def known_terms() -> dict[int, Known]:
    """Every term by its number, in the editors' order."""
    return {pk: Known(*row) for pk, *row in Term.objects.values_list("pk", "slug", "label", "parent_id")}


def terms_of_many(
    model: type[Model], page_ids: Sequence[int], names: Sequence[str], known: Mapping[int, Known]
) -> dict[tuple[str, int], list[int]]:
    """The numbers of the terms in these fields by field and page, in the editors' order: a query for each field."""
    found: dict[tuple[str, int], set[int]] = {}
    for name in names:
        field: Any = model._meta.get_field(name)
        owner, target = field.m2m_field_name(), field.m2m_reverse_field_name()
        links = field.remote_field.through._default_manager.filter(**{f"{owner}__in": page_ids})
        for page, term in links.values_list(f"{owner}_id", f"{target}_id"):
            found.setdefault((name, page), set()).add(term)
    places = {pk: place for place, pk in enumerate(known)}
    return {key: sorted(held & known.keys(), key=places.__getitem__) for key, held in found.items()}


@cache
def _links(model: type[Model], names: tuple[str, ...]) -> str:
    """The name of a field and a term's number for each term of one page, as SQL: Django builds that anew each time."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return " UNION ALL ".join(
        f"SELECT '{field.name}', {field.m2m_reverse_name()} FROM {field.m2m_db_table()} WHERE {field.m2m_column_name()} = %s"
        for field in fields
    )
