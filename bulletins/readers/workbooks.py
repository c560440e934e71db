"""An Excel workbook (.xlsx) as CSV. Opened within limits: a small file can unpack to gigabytes."""

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from bulletins.readers.csv_lines import Unreadable

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"  # Excel before 2007, and any workbook with a password
ENTRY = b"PK\x01\x02"  # begins each entry of an archive's directory
MOST_ENTRIES = 1000
LARGEST = 64 * 1024**2  # bytes, unpacked, of all parts that are read
MOST_TAGS = 5_000_000  # some 120,000 rows of five cells; openpyxl takes about four seconds for each million
# Bytes of one row or one shared string, which is held in memory as a tree of many times its size.
LONGEST_PIECE = 4 * 1024**2
ENDS = (b"row>", b"si>", b"<hyperlink ")
LARGEST_CSV = 40 * 1024**2  # bytes
MOST_ROWS = 2**20  # Excel's own limit
MOST_CELLS = 200  # in a row; columns.MOST refuses more than half of them in words
LONGEST_CELL = 1000  # characters; so that a row stays one line for csv_lines
CHUNK = 64 * 1024
# What says which sheets there are and what stands in them; not pictures, comments, links to other files, or styles.
PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/[^/]+\.rels|xl/[^/]+\.xml|xl/worksheets/[^/]+\.xml", re.IGNORECASE
)
CSV_OR_XLSX = "Save it as an Excel workbook (.xlsx) without a password, or as “CSV UTF-8”."
TOO_LARGE = "The workbook is too large to be opened safely. Save its sheet as “CSV UTF-8”, or split it."
NO_WORKBOOK = (
    "This is not an Excel workbook that can be read. Save it as “CSV UTF-8”; its first line must name the columns, and one "
    "must be called “email”."
)


@dataclass(frozen=True, slots=True)
class Plain:
    """A file as CSV; the note says what of it was read."""

    content: bytes
    note: str = ""


def as_csv(content: bytes, most_tags: int = MOST_TAGS) -> Plain:
    """The first visible sheet with anything in it, a line for each row; any other file as it is. Raises Unreadable."""
    if content.startswith(OLE):
        raise Unreadable(f"This is an Excel workbook of the old kind (.xls), or one with a password. {CSV_OR_XLSX}")
    if not content.startswith(ZIP):
        return Plain(content)
    if content.count(ENTRY) > MOST_ENTRIES:
        raise Unreadable(TOO_LARGE)
    try:
        with tempfile.TemporaryFile() as file:
            _copy_parts(content, file, most_tags)
            return _read(file)
    except Unreadable:
        raise
    except Exception as error:  # on a broken workbook openpyxl raises whatever its parts raise
        raise Unreadable(NO_WORKBOOK) from error


def _copy_parts(content: bytes, into: IO[bytes], most_tags: int) -> None:
    """A copy of the parts that are needed, unpacked under a count: what an archive says of its sizes may be a lie."""
    size, tags = 0, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(into, "w") as copy:
        for entry in archive.infolist():
            if not PARTS.fullmatch(entry.filename):
                continue
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Unreadable(NO_WORKBOOK)  # of others more is unpacked at once than is asked for
            piece = 0
            with archive.open(entry) as part, copy.open(entry.filename, "w") as out:
                while chunk := part.read(CHUNK):
                    size += len(chunk)
                    tags += chunk.count(b"<")
                    last = max(map(chunk.rfind, ENDS))
                    piece = piece + len(chunk) if last < 0 else len(chunk) - last
                    if size > LARGEST or tags > most_tags or piece > LONGEST_PIECE:
                        raise Unreadable(TOO_LARGE)
                    out.write(chunk)


def _read(file: IO[bytes]) -> Plain:
    from openpyxl import load_workbook  # seldom needed: every start of Django would wait for it

    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets:
        sheet.reset_dimensions()  # some programs write a wrong size
        rows = sheet.iter_rows(max_col=MOST_CELLS, values_only=True)
        if content := _csv(rows):
            others = len(sheets) > 1
            return Plain(content, f"Of the workbook only the sheet “{sheet.title}” is read." if others else "")
    raise Unreadable("The workbook is empty. Its first line must name the columns.")


def _csv(rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A line for each row, also for empty ones, so that the numbers of lines are those of the rows. Nothing where all
    are empty."""
    out = io.BytesIO()
    text = io.TextIOWrapper(out, "utf-8", errors="replace", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    written, waiting = 0, 0
    for number, row in enumerate(rows):
        if written > LARGEST_CSV or number > MOST_ROWS:
            raise Unreadable(TOO_LARGE)
        cells = list(_filled(row))
        if not cells:
            waiting += 1
            continue
        text.write("\n" * waiting)
        written += waiting + writer.writerow(cells)
        waiting = 0
    text.flush()
    return out.getvalue()


def _filled(row: tuple[Any, ...]) -> Iterator[str]:
    """The cells of a row up to the last that is filled."""
    waiting = 0
    for value in row:
        cell = _text(value)
        if not cell:
            waiting += 1
            continue
        yield from [""] * waiting
        yield cell
        waiting = 0


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return str(value).upper()
    return " ".join(str(value).replace("_x000D_", " ").split())[:LONGEST_CELL]
