"""Fields that hold terms of one facet; page types declare their facts with them."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Model, Value
from modelcluster.fields import ParentalManyToManyField

from caching.version import remember
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
    rows = [_links(page, name) for name in names]
    chosen: dict[str, set[int]] = {name: set() for name in names}
    for name, pk in rows[0].union(*rows[1:], all=True):
        chosen[name].add(pk)
    return {name: [term for pk, term in known.items() if pk in chosen[name]] for name in names}


def all_terms() -> dict[int, Term]:
    """Every term by its number, in the editors' order, with its group at hand."""
    return remember("terms", lambda: {term.pk: term for term in Term.objects.select_related("parent")})


def _links(page: Model, name: str) -> Any:
    field: Any = page._meta.get_field(name)
    through = field.remote_field.through.objects.order_by()
    column = f"{field.m2m_reverse_field_name()}_id"
    return through.filter(**{field.m2m_field_name(): page.pk}).values_list(Value(name, models.CharField()), column)
