from typing import Any

from django import forms

from taxonomy.models import Term


class TermCheckboxes(forms.CheckboxSelectMultiple):
    """The terms of a facet as checkboxes; the areas of a group stand under its name."""

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        labels = dict(Term.objects.filter(children__isnull=False).values_list("pk", "label"))
        groups: dict[str | None, list[Any]] = {}
        for _, options, _ in super().optgroups(name, value, attrs):
            for option in options:
                term = getattr(option["value"], "instance", None)
                groups.setdefault(labels.get(term.parent_id) if term else None, []).append(option)
        return [(group, options, place) for place, (group, options) in enumerate(groups.items())]
