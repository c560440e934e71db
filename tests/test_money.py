"""Amounts of money as people type them, in the parser and in the form of a case study."""

from contextlib import suppress
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from casestudies.models import CaseStudyPage
from casestudies.rows import Cost
from core.money import MoneyField, NotMoney, as_typed, read_money
from tests import forms
from tests.apps import our_apps


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("£1.8m", "1800000"),
        ("£1.8 M", "1800000"),
        ("1.8 million", "1800000"),
        ("£1.8mn", "1800000"),
        ("£120k", "120000"),
        ("£ 120 thousand", "120000"),
        ("£2bn", "2000000000"),
        ("1,800,000", "1800000"),
        ("1800000", "1800000"),
        ("£1,800,000.50", "1800000.50"),
        ("£1.234567m", "1234567"),
        ("0.5", "0.50"),
        ("0", "0"),
        (" £1,800\N{NO-BREAK SPACE}", "1800"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, pounds: str) -> None:
    assert read_money(text) == Decimal(pounds)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "about £2m",
            "“about £2m” cannot be read as an amount of money. Write one amount in pounds, for example £1.8m",
        ),
        ("£1m-£2m", "cannot be read"),
        ("£1.8x", "cannot be read"),
        ("€5", "cannot be read"),
        ("-5", "cannot be read"),
        ("1,8", "cannot be read"),
        ("1,80,000", "cannot be read"),
        ("1.800.000", "cannot be read"),
        ("1e5", "cannot be read"),
        ("NaN", "cannot be read"),
        ("£", "cannot be read"),
        ("", "cannot be read"),
        ("١٢", "cannot be read"),
        ("£1.234", "has more than two digits for the pence"),
        ("£1.2345678912m", "has more than two digits for the pence"),
        ("£1000bn", "is too much: the largest amount is £999,999,999,999"),
        ("9" * 5000, "is too much"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotMoney) as refused:
        read_money(text)
    assert reason in str(refused.value)


@settings(max_examples=30)
@given(st.decimals(0, Decimal("999999999999.99"), places=2))
def test_every_amount_is_read_back_as_it_is_shown(amount: Decimal) -> None:
    assert read_money(as_typed(amount)) == amount
    assert read_money(f"£{amount}") == amount


@settings(max_examples=50)
@given(st.one_of(st.text(), st.from_regex(r"£?[0-9kmb,. -]{0,12}", fullmatch=True)))
def test_any_text_is_an_amount_or_is_refused(text: str) -> None:
    with suppress(NotMoney):
        amount = read_money(text)
        assert amount >= 0
        assert amount == round(amount, 2)


def test_every_amount_of_our_models_is_money() -> None:
    fields = [
        field for app in our_apps() for model in apps.get_app_config(app).get_models() for field in model._meta.fields
    ]
    numbers = [field for field in fields if isinstance(field, models.DecimalField | models.FloatField)]
    numbers.remove(Cost._meta.get_field("ratio"))  # how many times
    assert numbers
    assert all(isinstance(field, MoneyField) for field in numbers)


def cost(typed: str) -> dict[str, object]:
    return forms.row("costs", kind="total", amount=typed, source="the council’s accounts, 2007")


@pytest.mark.parametrize(("typed", "kept"), [("£1.8m", "1800000"), ("£1,800,000.50", "1800000.50"), ("", None)])
def test_the_cost_of_a_case_study_is_typed_as_it_is_said(
    admin_client: Client, example_page: CaseStudyPage, typed: str, kept: str | None
) -> None:
    data = forms.complete(example_page) | cost(typed)
    assert admin_client.post(forms.edit_url(example_page), data).status_code == 302
    assert forms.draft(example_page).costs.get().amount == (Decimal(kept) if kept else None)


def test_a_kept_cost_is_shown_with_commas(admin_client: Client, example_page: CaseStudyPage) -> None:
    data = forms.complete(example_page) | cost("£1.8m")
    admin_client.post(forms.edit_url(example_page), data)
    shown = admin_client.get(forms.edit_url(example_page)).content.decode()
    assert '<input type="text" name="costs-0-amount" value="1,800,000"' in shown


def test_a_cost_that_cannot_be_read_stays_and_the_reason_is_said(
    admin_client: Client, example_page: CaseStudyPage
) -> None:
    data = forms.complete(example_page) | cost("£1.8m or so")
    answer = admin_client.post(forms.edit_url(example_page), data)
    shown = answer.content.decode()
    assert 'name="costs-0-amount" value="£1.8m or so"' in shown
    assert "“£1.8m or so” cannot be read as an amount of money." in shown
    assert not example_page.revisions.exists()
