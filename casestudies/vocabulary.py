"""The places that case studies name, as values of a facet."""

from django.utils.text import slugify

from casestudies.rows import CaseStudyPlace
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
