"""A CSV file from anywhere as rows of cells. It never fails: a row that cannot be read is given as a problem."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bulletins.readers.mailboxes import visible
from core.open_forms import NOT_TEXT
from search.spreadsheets import without_mark

LONGEST_QUOTE = 50  # lines over which one cell in quotation marks may go before they are taken for a mistake
LONGEST_LINE = 20_000  # characters
DELIMITERS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
SEPARATOR = re.compile(r'"?sep=([^\w"\r\n])"?[,;\t|]*', re.IGNORECASE)  # how Excel is told what stands between cells
# A name in quotation marks before an email, in a cell that is not quoted itself: mail programs write it so.
QUOTED_NAME = re.compile(r'"(?:[^"]|"")*"\s*(?=<[^<>@\s",;]+@[^<>@\s",;]+>)')


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # of its first line in the file, from 1
    cells: list[str] = field(default_factory=list)
    problem: str = ""
    text: str = ""  # the beginning of what could not be read
    end: int = 0  # the number of its last line


@dataclass(frozen=True, slots=True)
class Text:
    content: bytes
    encoding: str
    note: str  # what the reader of the report should know about the encoding

    @property
    def stream(self) -> io.TextIOBase:
        """The text from its beginning."""
        return io.TextIOWrapper(io.BytesIO(self.content), self.encoding, errors="replace")


@dataclass(frozen=True, slots=True)
class Table:
    headings: list[str]
    rows: Iterator[Row]


def decoded(content: bytes) -> Text:
    """The file as text: UTF-8, UTF-16 with its mark, else as Windows writes it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Text(content, "utf-16", "")
    try:
        for _ in io.TextIOWrapper(io.BytesIO(content), "utf-8"):
            pass
    except UnicodeDecodeError:
        note = "The file is not in UTF-8. We read it as Windows-1252: look whether accents are right."
        return Text(content, "cp1252", note)
    return Text(content, "utf-8-sig", "")


def table(stream: io.TextIOBase) -> Table:
    """The headings, which are the first line that is not empty, and the rows below it that are not. Raises Unreadable."""
    source = _Source(stream)
    number, first = _first(source)
    separator = SEPARATOR.fullmatch(first.rstrip("\r\n"))
    if separator:
        number, first = _first(source)
    delimiter = separator[1] if separator else max(DELIMITERS, key=QUOTED.sub("", first).count)
    return Table(_row(number, first, delimiter, source).cells, _rows(source, delimiter))


def _first(source: "_Source") -> tuple[int, str]:
    number, text = source.next()
    while text is not None and not text.strip():
        number, text = source.next()
    if text is None:
        raise Unreadable("The file is empty. Choose a CSV file whose first line names the columns.")
    return number, text


def _rows(source: "_Source", delimiter: str) -> Iterator[Row]:
    while True:
        number, text = source.next()
        if text is None:
            return
        if text.strip():
            row = _row(number, text, delimiter, source)
            if row.problem or any(row.cells):  # spreadsheets fill up with rows of nothing
                yield row


class _Source:
    """Numbered lines, of which some can be looked at ahead."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._ahead: list[str] = []
        self.number = 0

    def next(self) -> tuple[int, str | None]:
        text = self._ahead.pop(0) if self._ahead else self._read()
        self.number += text is not None
        return self.number, text

    def peek(self, place: int) -> str | None:
        while len(self._ahead) <= place:
            text = self._read()
            if text is None:
                return None
            self._ahead.append(text)
        return self._ahead[place]

    def take(self, count: int) -> None:
        del self._ahead[:count]
        self.number += count

    def _read(self) -> str | None:
        text = self._stream.readline(LONGEST_LINE)
        # A byte order mark also stands where files were put together; PostgreSQL keeps no NUL.
        return text.replace("\ufeff", "").replace("\0", NOT_TEXT) if text else None


def _row(number: int, text: str, delimiter: str, source: _Source) -> Row:
    whole = text
    for taken in range(LONGEST_QUOTE):
        cells = _cells(whole, delimiter)
        if cells is None:
            more = source.peek(taken) if _is_open(whole) and len(whole) < LONGEST_LINE else None
            if more is None:
                break
            whole += more
            continue
        source.take(taken)
        return Row(number, cells, end=source.number)
    cells = _cells(QUOTED_NAME.sub("", text), delimiter)
    if cells is not None:
        return Row(number, cells, end=number)
    problem = "The quotation marks of this line do not match."
    return Row(number, problem=problem, text=text.strip()[:120], end=number)


def _cells(text: str, delimiter: str) -> list[str] | None:
    """None where the quotation marks do not match."""
    try:
        found = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    return [_plain(cell) for cell in found]


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1


def _plain(cell: str) -> str:
    """What people see of the cell, without the mark that keeps a spreadsheet from taking it for a formula."""
    return without_mark(visible(cell))
