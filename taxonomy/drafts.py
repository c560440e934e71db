"""Terms in drafts. A revision names a term by its key, and may come to life long after that term was merged."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db.models import Field, Model, Q
from django.db.models.fields.json import KeyTransform
from modelcluster.models import get_all_child_relations
from wagtail.models import Page, Revision, get_page_models

from taxonomy.models import Term


def references(model: type[Model], target: type[Model]) -> list[Field[Any, Any]]:
    """The model's own fields that hold one object of another model or several."""
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.related_model is target and (field.many_to_one or field.many_to_many)
    ]


def term_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """The model's own fields that hold a term or several."""
    return references(model, Term)


def child_models(model: type[Model]) -> dict[str, type[Model]]:
    """The models of the rows that belong to a page and are kept in its revisions, by the name that they have there."""
    return {relation.get_accessor_name(): relation.related_model for relation in get_all_child_relations(model)}


def named(model: type[Model], content: Mapping[str, Any], target: type[Model]) -> Iterator[int]:
    """The keys of the objects of a model that a revision's content names, those of its child rows too."""
    for field in references(model, target):
        value = content.get(field.name)
        yield from value or () if field.many_to_many else [value] if value is not None else []
    for name, child in child_models(model).items():
        for row in content.get(name) or ():
            yield from named(child, row, target)


def term_of_today(keys: Iterable[int]) -> dict[int, int]:
    """For each of these terms its own key, or that of the term that it was merged into; deleted ones are left out."""
    rows = Term.all_objects.filter(pk__in=set(keys)).values_list("pk", "merged_into_id")
    return {pk: merged_into or pk for pk, merged_into in rows}


def with_those_of(
    today: Mapping[int, int], model: type[Model], content: Mapping[str, Any], target: type[Model]
) -> dict[str, Any]:
    """A revision's content with the keys of today; where one is gone there is none."""
    changed = dict(content)
    for field in references(model, target):
        value = content.get(field.name)
        if field.many_to_many and value:
            changed[field.name] = list(dict.fromkeys(today[key] for key in value if key in today))
        elif value is not None and not field.many_to_many:
            changed[field.name] = today.get(value)
    for name, child in child_models(model).items():
        if content.get(name):
            changed[name] = [with_those_of(today, child, row, target) for row in content[name]]
    return changed


class ResolvesMergedTerms:
    """For page types that hold terms: a draft that is opened, previewed or published has the terms of today.

    Wagtail makes every object of a revision here, whoever asks for it (editor, workflow, schedule).
    """

    @classmethod
    def from_serializable_data(cls, data: dict[str, Any], check_fks: bool = True, strict_fks: bool = False) -> Any:
        keys = set(named(cls, data, Term))  # type: ignore[arg-type]
        if keys:
            data = with_those_of(term_of_today(keys), cls, data, Term)  # type: ignore[arg-type]
        return super().from_serializable_data(data, check_fks, strict_fks)  # type: ignore[misc]


def holds_terms(model: type[Model]) -> bool:
    return any(term_fields(held) for held in (model, *child_models(model).values()))


def drafts_naming(term: Term) -> set[int]:
    """The pages whose unpublished or scheduled revision names this term, whatever their published version says."""
    pages: set[int] = set()
    for model in filter(holds_terms, get_page_models()):
        names = [field.name for field in term_fields(model)]
        names += [name for name, child in child_models(model).items() if term_fields(child)]
        drafts = model._default_manager.filter(has_unpublished_changes=True).values("latest_revision")
        revisions = Revision.page_revisions.filter(Q(pk__in=drafts) | Q(approved_go_live_at__isnull=False))
        revisions = revisions.filter(content_type__app_label=model._meta.app_label)
        revisions = revisions.filter(content_type__model=model._meta.model_name)
        # Only these parts of the content leave the database.
        for page_id, *parts in revisions.values_list("object_id", *(KeyTransform(name, "content") for name in names)):
            if term.pk in named(model, dict(zip(names, parts, strict=True)), Term):
                pages.add(int(page_id))
    return pages


def check_page_types(**kwargs: Any) -> list[CheckMessage]:
    """Every page type that holds terms must take part, or publishing an old draft brings a merged term back."""
    return [
        Error(
            f"{model._meta.label} holds terms, but its drafts do not follow merged ones.",
            hint="Let it inherit from taxonomy.drafts.ResolvesMergedTerms, before Page.",
            obj=model,
            id="taxonomy.E001",
        )
        for model in get_page_models()
        if issubclass(model, Page) and holds_terms(model) and not issubclass(model, ResolvesMergedTerms)
    ]
