"""Fields that hold terms of one facet; page types declare their facts with them."""

from typing import Any

from django.db import models
from modelcluster.fields import ParentalManyToManyField

from taxonomy.models import TWO_LEVELS, Facet


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
