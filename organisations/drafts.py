"""Organisations in drafts. A revision names one by its key, and may come to life long after that one was merged."""

from typing import Any

from django.core.checks import CheckMessage, Error
from wagtail.models import get_page_models

from organisations.models import Organisation
from taxonomy.drafts import child_models, named, references, with_those_of


class ResolvesMergedOrganisations:
    """For page types whose rows name organisations: a draft that is opened, previewed or published has those of today;
    in place of one that was deleted there is none."""

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False) -> Any:
        keys = set(named(cls, data, Organisation))  # type: ignore[arg-type]
        if keys:
            rows = Organisation.all_objects.filter(pk__in=keys).values_list("pk", "merged_into_id")
            today = {pk: merged_into or pk for pk, merged_into in rows}
            if any(today.get(key) != key for key in keys):
                data = with_those_of(today, cls, data, Organisation)  # type: ignore[arg-type]
        return super().from_serializable_data(data, check_fks, strict_fks)  # type: ignore[misc]


def check_page_types(**kwargs: Any) -> list[CheckMessage]:
    """Every page type that names organisations must take part, or its old drafts cannot be opened after a merge."""
    return [
        Error(
            f"{model._meta.label} names organisations, but its drafts do not follow merged ones.",
            hint="Let it inherit from organisations.drafts.ResolvesMergedOrganisations, before Page.",
            obj=model,
            id="organisations.E001",
        )
        for model in get_page_models()
        if any(references(held, Organisation) for held in (model, *child_models(model).values()))
        and not issubclass(model, ResolvesMergedOrganisations)
    ]
