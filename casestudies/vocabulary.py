"""The places and organisations that case studies name, as values of facets."""

from django.utils.text import slugify

from casestudies.mentions import mentioned
from casestudies.rows import CaseStudyPlace
from organisations.models import Organisation
from search.facets import Value


def place_slug(name: str) -> str:
    return slugify(name, allow_unicode=True)


def places() -> dict[str, list[Value]]:
    """Every place of a published example, once for all ways to write it, by name."""
    names = CaseStudyPlace.objects.filter(page__live=True).order_by("name").values_list("name", flat=True).distinct()
    found: dict[str, Value] = {}
    for name in names:
        slug = place_slug(name)
        if slug:
            found.setdefault(slug, Value(slug, name))
    return {"place": sorted(found.values(), key=lambda value: value.label.casefold())}


def organisations() -> dict[str, list[Value]]:
    """Every organisation that a published example names, by name; its other and former names lead to it too."""
    named = Organisation.objects.filter(pk__in=mentioned())
    return {
        "organisation_name": [
            Value(row.slug, row.name, url=row.get_absolute_url(), synonyms=(*row.also_called(), *row.formerly()))
            for row in named
        ]
    }
