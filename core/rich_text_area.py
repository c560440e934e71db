"""The editor of formatted text, for all of the admin (WAGTAILADMIN_RICH_TEXT_EDITORS)."""

from django import forms
from django.utils.functional import cached_property
from wagtail.admin.rich_text import DraftailRichTextArea

from search.html_tables import rows_as_paragraphs


class RichTextArea(DraftailRichTextArea):
    """Wagtail's own, which besides keeps the cells of a table apart and says what a paste could not keep."""

    def format_value(self, value: str | None) -> str:
        # The editor has no tables: it would join the words of all cells and save them so.
        text: str = super().format_value(rows_as_paragraphs(value) if value else value)
        return text

    @cached_property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["js/admin/pasting.js"])
