"""A CSV file from anywhere as lines of named cells. It never fails: a line that cannot be read is given as a problem."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from home.open_forms import NOT_TEXT

LONGEST_QUOTE = 50  # lines over which one cell in quotation marks may go before they are taken for a mistake
LONGEST_LINE = 20_000  # characters
DELIMITERS = ",;\t|"
# What the columns are called in lists that people have.
NAMES = {
    "email": ("email", "mail", "mailaddress", "emailaddress", "address"),
    "areas": ("areas", "area", "serviceareas", "servicearea"),
    "state": ("state", "status"),
    "consent": ("consent", "statement"),
}


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    number: int  # in the file, from 1
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    text: str = ""  # the beginning of what could not be read
    end: int = 0  # the number of its last line


@dataclass(frozen=True, slots=True)
class Text:
    stream: io.TextIOBase
    note: str  # what the reader of the report should know about the encoding


def decoded(content: bytes) -> Text:
    """The file as text: UTF-8, UTF-16 with its mark, else as Windows writes it."""
    note = ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        try:
            for _ in io.TextIOWrapper(io.BytesIO(content), encoding):
                pass
        except UnicodeDecodeError:
            encoding = "cp1252"
            note = "The file is not in UTF-8. We read it as Windows-1252: look whether accents are right."
    return Text(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace"), note)


Names = dict[str, tuple[str, ...]]


def lines(stream: io.TextIOBase, names: Names = NAMES, needed: tuple[str, ...] = ("email",)) -> Iterator[Line]:
    """The lines below the first one, which names the columns. Raises Unreadable, as where a needed column is not there."""
    source = _Source(stream)
    number, first = source.next()
    while first is not None and not first.strip():
        number, first = source.next()
    if first is None:
        raise Unreadable("The file is empty. Choose a CSV file whose first line names the columns.")
    delimiter = max(DELIMITERS, key=first.count)
    columns = _columns(first, delimiter, names, needed)
    while True:
        number, text = source.next()
        if text is None:
            return
        if text.strip():
            yield _line(number, text, delimiter, columns, source)


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
        return text.replace("\0", NOT_TEXT) or None  # PostgreSQL keeps no NUL


def _columns(first: str, delimiter: str, known: Names, needed: tuple[str, ...]) -> dict[str, int]:
    try:
        row = _row(first, delimiter)
    except csv.Error:
        row = []
    names = ["".join(char for char in cell.lower() if char.isalpha()) for cell in row]
    places = {
        name: next(place for place, found in enumerate(names) if found in known[name])
        for name in known
        if any(found in known[name] for found in names)
    }
    for name in needed:
        if name not in places:
            told = ", ".join(f"“{cell.strip()[:40]}”" for cell in row[:12]) or "nothing that can be read"
            raise Unreadable(f"The first line must name the columns, and one must be called “{name}”. It says: {told}.")
    return places


def _row(text: str, delimiter: str) -> list[str]:
    """Raises csv.Error where a quotation mark is not closed."""
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])


def _line(number: int, text: str, delimiter: str, columns: dict[str, int], source: _Source) -> Line:
    whole = text
    for taken in range(LONGEST_QUOTE):
        try:
            row = next(csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error:
            more = source.peek(taken) if _is_open(whole) and len(whole) < LONGEST_LINE else None
            if more is None:
                break
            whole += more
            continue
        source.take(taken)
        cells = {name: _plain(row[place]) for name, place in columns.items() if place < len(row)}
        return Line(number, cells, end=source.number)
    problem = "The quotation marks of this line do not match."
    return Line(number, problem=problem, text=text.strip()[:120], end=number)


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1


def _plain(cell: str) -> str:
    """What stands in the cell, without the mark that keeps a spreadsheet from taking it for a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
