"""How forms offer terms (those in use, and a retired one where it is chosen already) and tags."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models
from taggit.utils import parse_tags
from wagtail.admin.forms.models import register_form_field_override

from taxonomy.drafts import term_of_today
from taxonomy.models import CuratedTag, Term


def _today(values: Iterable[Any]) -> list[str]:
    """The values that a form holds, a merged term's as that of the term that it was merged into, none twice."""
    # No term has a number that the database cannot hold.
    texts = ["0" if len(str(value)) > 18 else str(value) for value in values]
    keys = {text: int(text) for text in texts if text.isascii() and text.isdigit()}
    today = term_of_today(keys.values()) if keys else {}
    return list(dict.fromkeys(str(today.get(keys.get(text, 0), text)) for text in texts))


class _TermOptions(forms.widgets.ChoiceWidget):
    def format_value(self, value: Any) -> list[str]:
        return _today(super().format_value(value))

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        labels = dict(Term.objects.filter(children__isnull=False).values_list("pk", "label"))
        groups: dict[str | None, list[Any]] = {}
        for _, options, _ in super().optgroups(name, value, attrs):
            for option in options:
                term = getattr(option["value"], "instance", None)
                if term and term.retired:
                    if not option["selected"]:
                        continue
                    option["label"] = f"{option['label']} (retired)"
                groups.setdefault(labels.get(term.parent_id) if term else None, []).append(option)
        return [(group, options, place) for place, (group, options) in enumerate(groups.items())]


class TermCheckboxes(_TermOptions, forms.CheckboxSelectMultiple):
    """The terms of a facet as checkboxes; the areas of a group stand under its name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        # The form may have been opened before the term was merged.
        value = super().value_from_datadict(data, files, name)
        return _today(value) if value else value


class TermSelect(_TermOptions, forms.Select):
    """One term of a facet."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return _today([value])[0] if value else value


class TagCheckboxes(forms.CheckboxSelectMultiple):
    """The curated tags as checkboxes. What is sent is what a field of tags reads: names in quotes, with commas between."""

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        self.choices = [(f'"{tag}"', tag) for tag in CuratedTag.objects.values_list("name", flat=True)]
        return super().optgroups(name, value, attrs)

    def format_value(self, value: Any) -> list[str]:
        names = parse_tags(value) if isinstance(value, str) else [tag.name for tag in value or ()]
        return [f'"{name}"' for name in names]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return ", ".join(super().value_from_datadict(data, files, name) or ())


register_form_field_override(models.ForeignKey, to=Term, override={"widget": TermSelect})
