"""Dates in forms. What is typed is read by core.date_parsing in every date field, ours, Django's and Wagtail's, and stays as
it was typed until it is saved; what is saved is shown as `1 April 2005`.

Django's own way, a list of formats, cannot say why a date is refused. Wagtail's date picker replaces what it cannot read
by today's date when the field is left. `read_british_dates` mends both here, once for all forms.
"""

import datetime
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.admin.compare import FieldComparison, register_comparison_class
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput

from core.date_parsing import NotADate, in_zone, read_date, read_moment, read_month

Method = Callable[..., Any]


def read_british_dates() -> None:
    """Put the reading into Django's fields, and what is shown into Wagtail's. Called once, when the apps are ready."""
    _wrap(forms.DateField, "to_python", partial(_reading, read_date, forms.DateField.input_formats))
    _wrap(forms.DateTimeField, "to_python", partial(_reading, _moment_here, forms.DateTimeField.input_formats))
    # Wagtail plans another picker; then this can go: https://github.com/wagtail/wagtail/issues/8056
    for widget in (AdminDateInput, AdminDateTimeInput, AdminTimeInput):
        _wrap(widget, "get_config", _leaving_what_is_typed)
    register_comparison_class(models.DateField, comparison_class=DateComparison)


def _moment_here(text: str) -> datetime.datetime:
    """On the clocks of whoever fills in the form."""
    found = read_moment(text)
    return found if timezone.is_aware(found) else in_zone(found, timezone.get_current_timezone())


def _wrap(owner: type, name: str, wrap: Callable[[Method], Method]) -> None:
    setattr(owner, name, wrap(getattr(owner, name)))


def _reading(read: Callable[[str], datetime.date], formats: Any, to_python: Method) -> Method:
    """A field's `to_python` that reads a text with `read`. A field with formats of its own keeps those."""

    @wraps(to_python)
    def reading(field: forms.Field, value: Any) -> Any:
        return to_python(field, _value(read, value) if field.input_formats is formats else value)  # type: ignore[attr-defined]

    return reading


def _value(read: Callable[[str], datetime.date], value: Any) -> Any:
    """What a text says; anything else, and a text with nothing in it, as a form field takes it."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        return read(value)
    except NotADate as refused:
        raise ValidationError(str(refused), code="invalid") from refused


def _leaving_what_is_typed(get_config: Method) -> Method:
    """The configuration of a picker that changes nothing in a field unless somebody picks a date."""

    @wraps(get_config)
    def config(widget: Any) -> dict[str, Any]:
        given = get_config(widget)
        # Wagtail translates WAGTAIL_DATE_FORMAT for the picker, but not the "-", which leaves out the zero.
        return given | {"validateOnBlur": False, "format": given["format"].replace("%-d", "j")}

    return config


class DateComparison(FieldComparison):
    """Two versions of a date, side by side, as people write them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.val_a, self.val_b = (_shown(value) for value in (self.val_a, self.val_b))


def _shown(value: datetime.date | None) -> str:
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if value else ""


class MonthFormField(forms.DateField):
    """A date whose day may be left out."""

    def __init__(self, *, last_day: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._read = partial(read_month, last_day=last_day)

    def to_python(self, value: Any) -> datetime.date | None:
        return super().to_python(_value(self._read, value))


class MonthField(models.DateField):
    """A date of which readers see only the month: a month alone is taken, as its first day or, of an end, its last."""

    def __init__(self, *args: Any, last_day: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_day = last_day

    def deconstruct(self) -> Any:
        # For the database it is a date like any other.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": partial(MonthFormField, last_day=self._last_day)} | kwargs)
