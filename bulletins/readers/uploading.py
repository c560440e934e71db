"""What the admin's pages share that take a file about readers."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.views import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from bulletins.readers.models import Reader

MEGABYTE = 1024**2
TYPES = ".csv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(help_text: str) -> forms.FileField:
    return forms.FileField(
        label="CSV file or Excel workbook",
        help_text=help_text,
        error_messages={"required": "Choose the file.", "empty": "The file is empty. Choose another."},
        widget=forms.FileInput(attrs={"accept": TYPES}),
    )


def check_size(file: UploadedFile, largest: int) -> UploadedFile:
    """Raises ValidationError where the file has more bytes."""
    if (file.size or 0) > largest:
        told = f"{largest // MEGABYTE} MB" if largest >= MEGABYTE else f"{largest // 1000} KB"
        raise forms.ValidationError(f"Use at most {told}. Split the file.")
    return file


class UploadPage(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    """A page below the list of readers."""

    model = Reader
    header_icon = "upload"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("readers:index"), "label": "Readers"},
            {"url": "", "label": str(self.page_title)},
        ]

    def shown(self, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(media=forms.Media(), **context))
