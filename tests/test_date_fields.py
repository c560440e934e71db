"""Dates in every form: what people type is read, what cannot be read stays and is explained, what is kept is shown in words."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput
from wagtail.models import Page, get_page_models

from bulletins.readers.models import Reader, State
from casestudies.models import CaseStudyPage
from core.date_fields import MonthFormField
from tests.forms import complete, draft, edit_url, row

FIRST_OF_APRIL = datetime.date(2017, 4, 1)
BROWSE_LISTS = ["1 April 2017", "01/04/2017", "1/4/2017", "01.04.2017", "1 Apr 2017", "2017-04-01"]


def editing_forms() -> Iterator[tuple[str, Any]]:
    """Every form with which pages and their rows are edited."""
    for model in get_page_models():
        if model is not Page:
            form = model.get_edit_handler().get_form_class()
            yield model.__name__, form
            yield from ((f"{model.__name__}.{name}", rows.form) for name, rows in form.formsets.items())


def test_every_date_of_every_page_is_read_in_every_way() -> None:
    seen = set()
    for name, form in editing_forms():
        for key, field in form.base_fields.items():
            if isinstance(field, forms.DateField):
                assert {field.clean(way) for way in BROWSE_LISTS} == {FIRST_OF_APRIL}
            elif isinstance(field, forms.DateTimeField):
                moments = {timezone.localtime(field.clean(f"{way} 09:30")) for way in BROWSE_LISTS}
                assert [(f"{one:%Y-%m-%d %H:%M}") for one in moments] == ["2017-04-01 09:30"]
            else:
                assert not isinstance(field.widget, forms.NumberInput), f"{name}.{key}: browsers drop letters there"
                continue
            seen.add(f"{name}.{key}")
            assert isinstance(field.widget, AdminDateInput | AdminDateTimeInput)
            with pytest.raises(forms.ValidationError, match="write the year with four digits"):
                field.clean("1/4/17")
    assert {"CaseStudyPage.outcomes.date", "PracticeNotePage.law_as_at", "BulletinPage.expire_at"} <= seen


def test_a_month_alone_is_taken_only_where_only_the_month_is_shown() -> None:
    taken = {
        f"{name}.{key}": field.clean("April 2017")
        for name, form in editing_forms()
        for key, field in form.base_fields.items()
        if isinstance(field, MonthFormField)
    }
    assert taken == {
        "CaseStudyPage.periods.start": FIRST_OF_APRIL,
        "CaseStudyPage.periods.end": datetime.date(2017, 4, 30),
        "CaseStudyPage.contracts.start": FIRST_OF_APRIL,
        "CaseStudyPage.contracts.end": datetime.date(2017, 4, 30),
        "CaseStudyPage.milestones.date": FIRST_OF_APRIL,
        "CaseStudyPage.outcomes.date": FIRST_OF_APRIL,
        "PracticeNotePage.pilots.as_at": FIRST_OF_APRIL,
    }
    with pytest.raises(forms.ValidationError, match="has no day"):
        forms.DateField().clean("April 2017")


@pytest.mark.parametrize("widget", [AdminDateInput(), AdminDateTimeInput(), AdminTimeInput()])
def test_no_picker_changes_what_was_typed(widget: forms.Widget) -> None:
    config = json.loads(widget.get_context("day", None, {"id": "day"})["widget"]["config_json"])
    assert config["validateOnBlur"] is False
    assert "%" not in config["format"]


def test_a_field_with_formats_of_its_own_keeps_them() -> None:
    american = forms.DateField(input_formats=["%m/%d/%Y"])
    assert american.clean("04/01/2017") == FIRST_OF_APRIL
    assert forms.DateField(required=False).clean("  ") is None


@pytest.mark.parametrize("typed", BROWSE_LISTS)
def test_an_editor_types_a_date_and_sees_it_in_words(
    admin_client: Client, example_page: CaseStudyPage, typed: str
) -> None:
    data = complete(example_page, as_at=typed, go_live_at=f"{typed} 09:30")
    assert admin_client.post(edit_url(example_page), data).status_code == 302
    saved = draft(example_page)
    assert saved.as_at == FIRST_OF_APRIL
    assert saved.go_live_at == datetime.datetime(2017, 4, 1, 8, 30, tzinfo=datetime.UTC)
    shown = admin_client.get(edit_url(example_page)).content.decode()
    assert 'name="as_at" value="1 April 2017"' in shown
    assert 'name="go_live_at" value="1 April 2017, 09:30"' in shown


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("April 2017", "“April 2017” has no day."),
        ("1/4/17", "write the year with four digits"),
        ("last spring", "“last spring” cannot be read as a date."),
    ],
)
def test_what_cannot_be_read_stays_on_the_screen(
    admin_client: Client, example_page: CaseStudyPage, typed: str, reason: str
) -> None:
    answer = admin_client.post(edit_url(example_page), complete(example_page, as_at=typed, expire_at=typed))
    shown = answer.content.decode()
    assert shown.count(reason) >= 2
    assert f'name="as_at" value="{typed}"' in shown
    assert f'name="expire_at" value="{typed}"' in shown
    assert not example_page.revisions.exists()


def test_autosave_reads_dates_too(admin_client: Client, example_page: CaseStudyPage) -> None:
    json_only = {"accept": "application/json"}
    data = complete(example_page, as_at="1 April 2017") | row("periods", start="April 2016")
    assert admin_client.post(edit_url(example_page), data, headers=json_only).json()["success"]
    saved = draft(example_page)
    assert (saved.as_at, saved.periods.get().start) == (FIRST_OF_APRIL, datetime.date(2016, 4, 1))
    refused = admin_client.post(edit_url(example_page), data | {"as_at": "soon"}, headers=json_only)
    assert (refused.status_code, refused.json()["success"]) == (400, False)
    assert draft(example_page).as_at == FIRST_OF_APRIL


def test_two_versions_are_compared_in_words(admin_client: Client, example_page: CaseStudyPage) -> None:
    admin_client.post(edit_url(example_page), complete(example_page, as_at="1 April 2016"))
    admin_client.post(edit_url(example_page), complete(example_page, as_at="1 April 2017"))
    first, second = example_page.revisions.order_by("pk")
    url = reverse("wagtailadmin_pages:revisions_compare", args=[example_page.pk, first.pk, second.pk])
    shown = admin_client.get(url).content.decode()
    assert "1 April 2016" in shown
    assert "1 April 2017" in shown


@pytest.mark.parametrize("typed", BROWSE_LISTS)
def test_a_list_is_filtered_by_a_date(admin_client: Client, typed: str) -> None:
    for day in (31, 32):
        moment = datetime.datetime(2017, 3, 1, 12, tzinfo=datetime.UTC) + datetime.timedelta(days=day - 1)
        mail = f"day-{day}@example.com"
        Reader.objects.create(address=mail, normalised=mail, state=State.CONFIRMED, created_at=moment)
    shown = admin_client.get(reverse("readers:index"), {"created_at_from": typed}).content.decode()
    assert "day-32@example.com" in shown
    assert "day-31@example.com" not in shown
    assert "1 April 2017" in shown


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("readers:index", "created_at_from"),
        ("wagtailadmin_reports:aging_pages", "last_published_at"),
        ("wagtailadmin_reports:site_history", "timestamp_from"),
        ("wagtailadmin_explore_root", "latest_revision_created_at_from"),
    ],
)
def test_a_filter_that_cannot_be_read_says_so_above_the_list(admin_client: Client, name: str, parameter: str) -> None:
    shown = admin_client.get(reverse(name), {parameter: "April 2017"}).content.decode()
    assert "<strong>No filters are set.</strong>" in shown
    assert "“April 2017” has no day." in shown
    assert 'value="April 2017"' in shown
    assert "No filters are set" not in admin_client.get(reverse(name), {parameter: "1 April 2017"}).content.decode()
