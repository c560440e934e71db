"""Downloads of Wagtail's lists and reports, guarded in one place.

Wagtail writes texts that a spreadsheet program runs as formulas (https://github.com/wagtail/wagtail/pull/7554 says that
this is meant), fails on control characters in a workbook, and exports everything where the filter cannot be read."""

import re
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from search.spreadsheets import inert

NOT_READ = (
    "Nothing was downloaded: the filter cannot be read. Correct what is marked in the filters, then download again."
)

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def guard_exports() -> None:
    """Put the guards around Wagtail's own methods. Called once, when the apps are ready."""
    export = SpreadsheetExportMixin.as_spreadsheet
    preprocess = SpreadsheetExportMixin.preprocess_field_value

    @wraps(export)
    def as_spreadsheet(view: Any, queryset: Any, spreadsheet_format: str) -> HttpResponse:
        return refusal(view) or export(view, queryset, spreadsheet_format)

    @wraps(preprocess)
    def preprocess_field_value(view: Any, field: str, value: Any, export_format: str) -> Any:
        cell = preprocess(view, field, value, export_format)
        if not isinstance(cell, str):
            return cell
        # A workbook says of each cell whether it is a text, so there the text stays as it is.
        return inert(cell) if export_format == view.FORMAT_CSV else NOT_IN_XML.sub(" ", cell)

    SpreadsheetExportMixin.as_spreadsheet = as_spreadsheet
    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value


def refusal(view: Any, list_url: str = "") -> HttpResponse | None:
    """The way back to the list, which marks the error, where a view's filter cannot be read; None where it can."""
    if not view.filters or view.filters.is_valid():
        return None
    messages.error(view.request, NOT_READ)
    asked = view.request.GET.copy()
    asked.pop("export", None)
    return HttpResponseRedirect(f"{list_url or view.request.path}?{asked.urlencode()}")
