"""The names of organisations, as search knows them."""

from collections.abc import Collection, Mapping

from organisations.mentions import mentioned
from organisations.models import Organisation
from search.facets import Value
from search.synonyms import Synonyms


def search_values() -> dict[str, list[Value]]:
    """Every organisation that a published page names, by name; its other and former names lead to it too."""
    return {
        "organisation_name": [
            Value(row.slug, row.name, url=row.get_absolute_url(), synonyms=(*row.also_called(), *row.formerly()))
            for row in Organisation.objects.filter(pk__in=mentioned())
        ]
    }


def search_synonyms() -> list[Synonyms]:
    """Each name with the other and the former ones."""
    rows = Organisation.objects.exclude(other_names="", former_names="").order_by("pk")
    return [Synonyms((row.name, *row.also_called(), *row.formerly())) for row in rows]


def search_aliases(unknown: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """The slugs of today for those of organisations that were merged."""
    slugs = unknown.get("organisation_name")
    if not slugs:
        return {}
    rows = Organisation.all_objects.filter(slug__in=slugs, merged_into__isnull=False)
    return {"organisation_name": dict(rows.values_list("slug", "merged_into__slug"))}
