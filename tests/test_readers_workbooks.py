"""Excel workbooks of readers, those among them that are made to do harm."""

import datetime
import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from openpyxl import Workbook

from bulletins.readers import workbooks
from bulletins.readers.csv_lines import Unreadable
from bulletins.readers.models import ReaderImport
from bulletins.readers.workbooks import as_csv
from tests.reader_imports import addresses, checked, imported, refusals
from tests.readers import reader

Step = ReaderImport.Step
ROWS: list[list[object]] = [
    ["Name", "E-mail", "Consent"],
    ["Ada", "ada@example.com", True],
    [],
    ["Bob", "bob@example.com", False],
    ["", " "],
]


def workbook(*sheets: Sequence[Sequence[object]], hidden: int = 0) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number + 1}")
        sheet.sheet_state = "hidden" if number < hidden else "visible"
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rebuilt(content: bytes, **parts: bytes) -> bytes:
    """The workbook with other contents in some of its parts: sheet1, styles…"""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(Path(name).stem, old.read(name)))
        if "strings" in parts:
            new.writestr("xl/sharedStrings.xml", parts["strings"])
    return file.getvalue()


def with_strings(strings: bytes, sheet: bytes) -> bytes:
    """A workbook as Excel writes it: what stands in cells is a number in a table of strings."""
    good = workbook([])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        types = archive.read("[Content_Types].xml")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    contents = {"[Content_Types]": types.replace(b"</Types>", part), "strings": strings, "sheet1": sheet}
    return rebuilt(good, **contents)


SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_of(rows: bytes) -> bytes:
    return b"<worksheet " + SPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"


@pytest.mark.django_db
def test_a_workbook_is_imported_like_a_list() -> None:
    run = imported(workbook(ROWS))
    assert addresses() == {"ada@example.com"}
    assert refusals(run) == {4: "The column “Consent” says “FALSE”: who refused is not imported."}
    assert (run.lines, run.note) == (4, "")


@pytest.mark.django_db
def test_the_first_sheet_that_can_be_seen_is_read_and_no_other() -> None:
    run = checked(workbook([["email"], ["hidden@example.com"]], [], ROWS, [["email"], ["x@example.com"]], hidden=1))
    assert run.note == "Of the workbook only the sheet “Sheet 3” is read."
    assert (run.good, run.refused) == (1, 1)


def test_cells_become_text() -> None:
    row = [
        1,
        2.0,
        2.5,
        datetime.datetime(2007, 3, 12),
        datetime.datetime(2007, 3, 12, 9, 30),
        None,
        "a\nb",
        "=1+1",
        "=x",
    ]
    text = as_csv(workbook([row])).content.decode()
    assert text == '"1","2","2.5","2007-03-12","2007-03-12T09:30:00","","a b"\n'


def test_cells_are_looked_up_in_the_table_of_strings() -> None:
    strings = b"<sst " + SPACE + b"><si><t>email</t></si><si><r><t>ada@</t></r><r><t>example.com</t></r></si></sst>"
    rows = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c></row>'
    size = b'<dimension ref="A1"/><sheetData>'  # which is wrong
    content = with_strings(strings, sheet_of(rows).replace(b"<sheetData>", size))
    assert as_csv(content).content == b'"email"\n\n"ada@example.com"\n'
    with pytest.raises(Unreadable, match="not an Excel workbook"):
        as_csv(with_strings(strings, sheet_of(rows.replace(b"<v>1", b"<v>7"))))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old kind"),
        (b"PK\x03\x04" + b"x" * 200, "not an Excel workbook"),
        (workbook([]), "is empty"),
        (workbook(ROWS)[:-300], "not an Excel workbook"),
        (rebuilt(workbook(ROWS), sheet1=b"<worksheet"), "not an Excel workbook"),
        (rebuilt(workbook(ROWS), workbook=b"<x/>"), "not an Excel workbook|is empty"),
        (rebuilt(workbook(ROWS), styles=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"), "not an Excel workbook"),
    ],
)
def test_what_is_no_workbook_is_explained(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        as_csv(content)


def test_a_small_file_that_unpacks_to_much_is_refused_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LARGEST", 2_000_000)
    monkeypatch.setattr(workbooks, "LONGEST_PIECE", 500_000)
    good = workbook(ROWS)
    bombs = [
        rebuilt(good, sheet1=sheet_of(b"<row><c/></row>" * 140_000)),
        rebuilt(good, sheet1=sheet_of(b"<row>" + b"<c/>" * 140_000 + b"</row>")),
        with_strings(b"<sst><si><t>" + b" " * 900_000, sheet_of(b"")),
    ]
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(workbooks.MOST_ENTRIES + 1):
            archive.writestr(f"xl/{number}.xml", b"")
    for bomb in (*bombs, many.getvalue()):
        tracemalloc.start()
        with pytest.raises(Unreadable, match="too large"):
            as_csv(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()
    with pytest.raises(Unreadable, match="too large"):
        as_csv(with_strings(b"<sst>" + b"<si></si>" * 600, sheet_of(b"")), most_tags=1000)


def test_what_an_archive_says_of_its_sizes_is_not_believed() -> None:
    """The directory says ten bytes, where a megabyte is."""
    content = rebuilt(workbook(ROWS), sheet1=sheet_of(b" " * 1_000_000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = next(one for one in archive.infolist() if one.filename.endswith("sheet1.xml"))
    told = entry.file_size.to_bytes(4, "little")
    assert content.count(told) == 2
    with pytest.raises(Unreadable, match="not an Excel workbook"):
        as_csv(content.replace(told, (10).to_bytes(4, "little")))


def test_a_row_that_is_far_down_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    far = sheet_of(b'<row r="999999999999"><c t="inlineStr"><is><t>x</t></is></c></row>')
    with pytest.raises(Unreadable, match="too large"):
        as_csv(rebuilt(workbook(ROWS), sheet1=far))


@pytest.mark.django_db
def test_bounces_come_in_a_workbook_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], admin_client: Client
) -> None:
    rows = [["Address", "Email", "Type", "Bounce"], ["1 High Street", "ada@example.com", "mail", "Hard"]]
    reader("ada@example.com")
    content = workbook(rows)
    file = SimpleUploadedFile("bounces.xlsx", content)
    shown = admin_client.post("/admin/readers/bounces/", {"file": file}).content.decode()
    assert "Import 1 line" in shown
    (tmp_path / "bounces.xlsx").write_bytes(content)
    call_command("bounces", str(tmp_path / "bounces.xlsx"))
    assert "gets no more email: 1" in capsys.readouterr().out
