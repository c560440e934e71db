"""The table block, which case studies, notes and e-bulletins share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.contrib.typed_table_block.blocks import (
    TypedTable,
    TypedTableBlock,
    TypedTableBlockAdapter,
    TypedTableBlockValidationError,
)

from core.tables import FIGURE, Table, table_of

ROWS = 100  # what one page can show and one form can send
EMPTY = {
    "columns": [{"type": "text", "heading": ""}, {"type": "text", "heading": ""}],
    "rows": [{"values": ["", ""]}, {"values": ["", ""]}],
    "caption": "",
}


class GridBlock(TypedTableBlock):
    """Caption, headings and cells. A table that is pasted into an empty one fills it."""

    text = blocks.TextBlock(required=False, rows=1, label="Text")
    figure = blocks.CharBlock(required=False, max_length=60, label="Figures")

    class Meta:
        default = EMPTY


class GridAdapter(TypedTableBlockAdapter):
    js_constructor = "core.blocks.GridBlock"

    @cached_property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=["js/admin/pasting.js", "js/admin/grid_block.js"])


register(GridAdapter(), GridBlock)


class TableValue(blocks.StructValue):
    @property
    def table(self) -> Table:
        return table_of(self["grid"], row_headers=bool(self["row_headers"]), source=self["source"])


class TableBlock(blocks.StructBlock):
    """`columns` is how many fit where the block stands."""

    grid = GridBlock(
        label="The table",
        help_text="Paste a table from Word or Excel into the caption or a cell while it is empty, or fill it in here. "
        "Columns of figures are set to the right.",
    )
    row_headers = blocks.BooleanBlock(
        required=False,
        label="The first column names the rows",
        help_text="For example years or places. Screen readers then say the name with each cell of the row.",
    )
    source = blocks.CharBlock(
        max_length=250, required=False, help_text="Who counted, and where it stands, for example “Annual report, 2007”."
    )

    class Meta:
        icon = "table"
        description = "Figures or facts in rows and columns, with a caption."
        template = "core/blocks/table.html"
        value_class = TableValue
        columns = 12
        preview_value = {
            "grid": {
                "columns": [{"type": "text", "heading": "Year"}, {"type": FIGURE, "heading": "People housed"}],
                "rows": [{"values": ["2006", "41"]}, {"values": ["2007", "58"]}],
                "caption": "People housed, by year",
            },
            "row_headers": True,
            "source": "Where the figures stand",
        }

    def get_searchable_content(self, value: TableValue) -> list[str]:
        return [value.table.text()]

    def clean(self, value: TableValue) -> TableValue:
        cleaned = super().clean(value)
        problems = []
        if not self.is_deferred_validation:
            cleaned["grid"] = _without_blank_ends(cleaned["grid"])
            problems = _missing(cleaned.table, row_headers=bool(cleaned["row_headers"]))
        problems += _too_large(cleaned["grid"], self.meta.columns)
        if problems:
            errors = TypedTableBlockValidationError(non_block_errors=[ValidationError(problem) for problem in problems])
            raise blocks.StructBlockValidationError(block_errors={"grid": errors})
        return cleaned


def _without_blank_ends(grid: TypedTable) -> TypedTable:
    """Less the rows below and the columns to the right that say nothing."""
    rows = list(grid.row_data)
    while rows and not any(map(_said, rows[-1]["values"])):
        rows.pop()
    width = len(grid.columns)
    while (
        width
        and not _said(grid.columns[width - 1]["heading"])
        and not any(_said(row["values"][width - 1]) for row in rows)
    ):
        width -= 1
    return TypedTable(grid.columns[:width], [{"values": row["values"][:width]} for row in rows], grid.caption)


def _said(value: Any) -> bool:
    return bool(str(value or "").strip())


def _too_large(grid: TypedTable, columns: int) -> list[str]:
    found = []
    if len(grid.columns) > columns:
        found.append(f"There is room for {columns} columns here; this table has {len(grid.columns)}.")
    if len(grid.row_data) > ROWS:
        found.append(
            f"A table can have {ROWS} rows; this one has {len(grid.row_data)}. Divide it, or attach it as a document."
        )
    return found


def _missing(table: Table, *, row_headers: bool) -> list[str]:
    """What a table needs before readers may see it."""
    found = []
    if not table.caption:
        found.append("Give the table a caption that says what it shows.")
    if table.is_empty:
        found.append("Fill in at least one row.")
    first = 2 if row_headers else 1  # the corner above names of rows may be empty
    unnamed = [place for place, cell in enumerate(table.head, start=1) if place >= first and not cell.text]
    if unnamed:
        found.append(f"Give each column a heading: column {unnamed[0]} has none.")
    return found
