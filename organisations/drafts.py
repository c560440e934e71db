"""Organisations in drafts. A revision names one by its key, and may come to life long after that one was merged."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db.models import ForeignKey, Model
from wagtail.models import get_page_models

from organisations.models import Organisation
from taxonomy.drafts import child_models


def organisation_fields(model: type[Model]) -> list[str]:
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Organisation
    ]


def named(model: type[Model], content: Mapping[str, Any]) -> Iterator[int]:
    """The keys of the organisations that a revision's content names, those of its rows too."""
    yield from (content[name] for name in organisation_fields(model) if content.get(name) is not None)
    for name, child in child_models(model).items():
        for row in content.get(name) or ():
            yield from named(child, row)


class ResolvesMergedOrganisations:
    """For page types whose rows name organisations: a draft that is opened, previewed or published has those of today;
    in place of one that was deleted there is none."""

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False) -> Any:
        keys = set(named(cls, data))  # type: ignore[arg-type]
        if keys:
            rows = Organisation.all_objects.filter(pk__in=keys).values_list("pk", "merged_into_id")
            today = {pk: merged_into or pk for pk, merged_into in rows}
            if any(today.get(key) != key for key in keys):
                data = _with_those_of(today, cls, data)  # type: ignore[arg-type]
        return super().from_serializable_data(data, check_fks, strict_fks)  # type: ignore[misc]


def _with_those_of(today: Mapping[int, int], model: type[Model], content: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(content)
    for name in organisation_fields(model):
        if content.get(name) is not None:
            changed[name] = today.get(content[name])
    for name, child in child_models(model).items():
        if content.get(name):
            changed[name] = [_with_those_of(today, child, row) for row in content[name]]
    return changed


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
        if any(map(organisation_fields, (model, *child_models(model).values())))
        and not issubclass(model, ResolvesMergedOrganisations)
    ]
