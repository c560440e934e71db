"""Whole numbers in the admin's forms: plain text fields, since browsers drop what is no digit from a field of numbers and
change it when somebody scrolls over it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from wagtail.admin.forms.models import register_form_field_override

_WITH_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


class WholeNumberField(forms.IntegerField):
    """A whole number, also with commas between the thousands."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        text = value.strip() if isinstance(value, str) else value
        if isinstance(text, str) and _WITH_COMMAS.fullmatch(text):
            text = text.replace(",", "")
        try:
            return super().to_python(text)
        except ValidationError as refused:
            raise ValidationError(
                f"“{str(text)[:40]}” is not a whole number. Write it in digits, for example 12.", code="invalid"
            ) from refused

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "numeric"}


def type_whole_numbers() -> None:
    """Use this field for every whole number that Wagtail asks for. Called once, when the apps are ready."""
    register_form_field_override(models.IntegerField, override=_override)


def _override(field: models.Field) -> dict[str, Any]:
    return {} if field.choices else {"form_class": WholeNumberField}
