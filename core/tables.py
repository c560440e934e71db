"""A table as it is read: what web page, mail, plain text and search are made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.documents import plain
from search.html_tables import BETWEEN, ENDS

if TYPE_CHECKING:
    from wagtail.contrib.typed_table_block.blocks import TypedTable

FIGURE = "figure"  # the name of the kind of column that holds figures


@dataclass(frozen=True, slots=True)
class Cell:
    """`names` says what it names: "col" a column, "row" a row, nothing where it is an ordinary cell."""

    text: str
    figure: bool = False
    names: str = ""


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: Row
    rows: tuple[Row, ...]
    source: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(cell.text for row in self.rows for cell in row)

    def lines(self) -> Iterator[str]:
        """The whole as lines of text, a row in each."""
        yield self.caption
        for row in (self.head, *self.rows):
            if any(cell.text for cell in row):
                yield BETWEEN.join(cell.text for cell in row).strip()
        if self.source:
            yield f"Source: {self.source}"

    def text(self) -> str:
        """The whole in one line, for search: each row ends like a sentence."""
        return plain(" ".join(line if line.endswith(ENDS) else f"{line}." for line in self.lines() if line))


def table_of(grid: "TypedTable", *, row_headers: bool = False, source: str | None = "") -> Table:
    """The table of what the editor filled in. The first column names the rows where `row_headers` is set."""
    figures = [column["block"].name == FIGURE for column in grid.columns]
    head = [_text(column["heading"]) for column in grid.columns]
    return Table(
        caption=_text(grid.caption),
        head=tuple(Cell(text, figure, "col" if text else "") for text, figure in zip(head, figures, strict=True)),
        rows=tuple(
            tuple(
                Cell(text, figure, "row" if text and row_headers and place == 0 else "")
                for place, (text, figure) in enumerate(zip(map(_text, row["values"]), figures, strict=True))
            )
            for row in grid.row_data
        ),
        source=_text(source),
    )


def _text(value: str | None) -> str:
    return plain(value or "")
