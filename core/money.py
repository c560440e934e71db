"""Amounts of money in pounds: reads what people type, such as £1.8m, and gives models and forms a field for it."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

UNITS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}  # and their powers of ten
DIGITS, PENCE = 14, 2  # digits that the database keeps, and how many of them are pence
LARGEST = Decimal(10) ** (DIGITS - PENCE)
WRITE_MONEY = "Write one amount in pounds, for example £1.8m, £120k or £1,800,000.50."

_AMOUNT = re.compile(
    r"£? ?(?P<pounds>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]+))?(?: ?(?P<unit>[a-z]+))?",
    re.ASCII | re.IGNORECASE,
)


class NotMoney(ValueError):
    """Why a text is not an amount of money, in sentences for the person who typed it."""


def read_money(text: str) -> Decimal:
    """An amount in pounds, to the penny: `£1.8m`, `£120k`, `1.8 million`, `1,800,000`, `£1,800,000.50`."""
    words = " ".join(text.split())
    quoted = f"“{words[:40]}…”" if len(words) > 40 else f"“{words}”"
    found = _AMOUNT.fullmatch(words)
    power = UNITS.get((found["unit"] or "").lower(), None if found["unit"] else 0) if found else None
    if found is None or power is None:
        raise NotMoney(f"{quoted} cannot be read as an amount of money. {WRITE_MONEY}")
    pounds, part = found["pounds"].replace(",", "").lstrip("0"), (found["part"] or "").rstrip("0")
    if len(part) > power + PENCE:
        raise NotMoney(f"{quoted} has more than two digits for the pence. {WRITE_MONEY}")
    if len(pounds) + power > DIGITS - PENCE:
        raise NotMoney(f"{quoted} is too much: the largest amount is £{LARGEST - 1:,}.")
    return Decimal(f"{pounds or 0}.{part or 0}e{power}").quantize(Decimal("0.01"))


def as_typed(amount: Decimal) -> str:
    """An amount as people type it, with the pence only where there are some."""
    return f"{amount:,.2f}".removesuffix(".00")


class MoneyFormField(forms.DecimalField):
    """An amount of money, typed as people write it. A plain text field: browsers drop letters from a field of numbers."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            return read_money(value)
        except NotMoney as refused:
            raise ValidationError(str(refused), code="invalid") from refused

    def prepare_value(self, value: Any) -> Any:
        return as_typed(value) if isinstance(value, Decimal) else value


class MoneyField(models.DecimalField):
    """Pounds and pence, up to a million million pounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"max_digits": DIGITS, "decimal_places": PENCE} | kwargs))

    def deconstruct(self) -> Any:
        # For the database it is a number like any other.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MoneyFormField} | kwargs)
