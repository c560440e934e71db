from typing import Any

from django import forms


class TermCheckboxes(forms.CheckboxSelectMultiple):
    """The terms of a facet as checkboxes; the areas of a group stand under its name."""

    def optgroups(self, name: str, value: list[Any], attrs: dict[str, Any] | None = None) -> list[Any]:
        groups: dict[str | None, list[Any]] = {}
        for _, options, _ in super().optgroups(name, value, attrs):
            for option in options:
                instance = getattr(option["value"], "instance", None)
                parent = instance.parent.label if instance is not None and instance.parent_id else None
                groups.setdefault(parent, []).append(option)
        return [(group, options, place) for place, (group, options) in enumerate(groups.items())]
