"""What people download and open in a spreadsheet program runs nothing there, and says what it says here."""

import csv
import io

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.models import Page

from casestudies.models import CaseStudyIndexPage
from search.spreadsheets import inert, without_mark
from tests.factories import case_study

FORMULAS = [
    *(f"{sign}1+1" for sign in "=+-@＝＋－＠"),
    "\t=1",
    "\r=1",
    "\n=1",
    "\tx",
    " =1+1",
    "\u200b=1",
    "\ufeff@SUM(A1)",
]
TEXTS = ["", "text", "1", "2.5", "a=b", "2007-12-01", "– dash", "'quoted'", "１"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_gets_a_mark_that_we_take_off_again(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert without_mark(inert(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert without_mark(inert(text)) == inert(text) == text


@pytest.fixture
def editor(listing: CaseStudyIndexPage, admin_client: Client) -> Client:
    for place, text in enumerate(["=1+1", "＝1+1", "a\x0bb", "Plain"]):
        case_study(listing, text, slug=f"example-{place}")
    Page.objects.update(last_published_at=timezone.now())
    return admin_client


@pytest.mark.django_db
def test_reports_are_inert_and_numbers_stay_numbers(editor: Client) -> None:
    response = editor.get("/admin/reports/aging-pages/?export=csv")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))
    assert {row["Title"] for row in rows} >= {"'=1+1", "'＝1+1", "a\x0bb", "Plain"}
    assert inert_value(-5) == -5


def inert_value(value: object) -> object:
    return SpreadsheetExportMixin().preprocess_field_value("yes", value, "csv")


@pytest.mark.django_db
def test_a_workbook_holds_texts_as_texts(editor: Client) -> None:
    response = editor.get("/admin/reports/aging-pages/?export=xlsx")
    cells = {row[0].value: row[0].data_type for row in openpyxl.load_workbook(io.BytesIO(response.getvalue())).active}
    assert cells.items() >= {"=1+1": "s", "＝1+1": "s", "a b": "s", "Plain": "s"}.items()


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_filter_that_cannot_be_read_downloads_nothing(form: str, admin_client: Client) -> None:
    response = admin_client.get(f"/admin/reports/reviews/?due=someday&export={form}")
    assert (response.status_code, response["Location"]) == (302, "/admin/reports/reviews/?due=someday")
    page = admin_client.get(response["Location"]).content.decode()
    assert "Nothing was downloaded: the filter cannot be read." in page
