"""Whole numbers in the admin's forms: read with commas, and what is no number stays on the screen."""

import pytest
from django import forms
from django.test import Client

from core.whole_numbers import WholeNumberField
from home.models import HomePage
from tests.factories import bulletin, bulletin_index
from tests.forms import edit_url


@pytest.mark.parametrize(("typed", "number"), [("12", 12), (" 1,234 ", 1234), ("-3", -3), ("12.0", 12), ("", None)])
def test_a_whole_number_is_read_as_people_write_it(typed: str, number: int | None) -> None:
    assert WholeNumberField(required=False).clean(typed) == number


@pytest.mark.parametrize("typed", ["No. 12", "1,2", "1.5", "twelve", "9" * 5000])
def test_what_is_no_whole_number_is_refused_in_words(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match=r"is not a whole number\. Write it in digits, for example 12\."):
        WholeNumberField().clean(typed)


def test_the_number_of_an_issue_stays_as_it_was_typed(admin_client: Client, home: HomePage) -> None:
    data = {"title": "Winter", "year": "2,007", "season": 4, "issue_number": "No. 12", "sections-count": 0}
    rows = {"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0, "editorial": "null"}
    shown = admin_client.post(edit_url(bulletin(bulletin_index(home))), data | rows).content.decode()
    assert "“No. 12” is not a whole number." in shown
    assert 'name="issue_number" value="No. 12"' in shown
    assert "“2,007”" not in shown
