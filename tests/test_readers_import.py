"""Importing readers from files that people have, and writing them out again."""

import csv
import datetime
import io
import tracemalloc
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from bulletins.readers import importing
from bulletins.readers.checking import Accepted, Batch
from bulletins.readers.csv_lines import Unreadable, decoded, table
from bulletins.readers.erasing import erase, forget_old
from bulletins.readers.exporting import csv_lines
from bulletins.readers.importing import BATCH, go_on, start, work_through
from bulletins.readers.mailboxes import visible
from bulletins.readers.models import Consent, ConsentEvent, Reader, ReaderArea, ReaderImport, RefusedLine, Source, State
from mail.models import Reason
from taxonomy.merging import merge
from tests.factories import area
from tests.reader_imports import SAID, addresses, checked, imported, refusals
from tests.readers import reader
from tests.smtp_sink import Sink

pytestmark = pytest.mark.dialect

Step = ReaderImport.Step


# A file, checked and imported


@pytest.mark.django_db
def test_nothing_is_imported_before_somebody_has_seen_what_would_happen() -> None:
    run = checked("email\nada@example.com\nnobody\n")
    assert (run.step, run.good, run.refused, run.read, run.lines) == (Step.CHECKED, 1, 1, 3, 3)
    assert refusals(run) == {3: "This is not an email address."}
    assert addresses() == set()
    assert go_on(run)
    assert not go_on(run), "the second click does nothing"
    work_through(run.pk)
    work_through(run.pk)
    run.refresh_from_db()
    assert (run.step, run.good, run.refused) == (Step.DONE, 1, 1)
    assert run.content is None, "the file is not kept"
    (one,) = Reader.objects.all()
    assert (one.address, one.state, one.came_by) == ("ada@example.com", State.CONFIRMED, Source.IMPORT)
    assert one.confirmed_at
    (record,) = Consent.objects.all()
    assert (record.act, record.how, record.words) == (ConsentEvent.CONFIRMED, Source.IMPORT, SAID)


@pytest.mark.django_db
def test_who_is_known_is_never_added_silently() -> None:
    for address, state in (("p", State.PENDING), ("c", State.CONFIRMED), ("u", State.UNSUBSCRIBED)):
        reader(f"{address}@example.com", state)
    for reason in Reason:
        reader(f"{reason}@example.com", State.SUPPRESSED, reason=reason)
    erase(reader("erased@example.com"))
    erase(reader("erased-complaint@example.com", State.SUPPRESSED, reason=Reason.COMPLAINT))
    reader("long-ago@example.com", State.UNSUBSCRIBED, unsubscribed_at=timezone.now() - datetime.timedelta(days=400))
    forget_old()
    before = list(Reader.objects.order_by("pk").values())
    names = ["p", "c", "u", *Reason.values, "erased", "erased-complaint", "long-ago"]
    content = "email\n" + "".join(f"{name.capitalize()}@EXAMPLE.com\n" for name in names)
    run = imported(content)
    told = {names[line - 2]: reason for line, reason in refusals(run).items()}
    assert told.keys() == set(names)
    for name, words in (
        ("p", "waiting to be confirmed"),
        ("c", "Already gets"),
        ("u", "unsubscribed here"),
        ("erased", "erased"),
    ):
        assert words in told[name]
    assert "came back" in told["bounce"]
    assert "spam" in told["complaint"]
    assert "spam" in told["erased-complaint"]
    assert "long ago" in told["long-ago"]
    assert list(Reader.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_who_left_between_the_check_and_the_import_stays_out() -> None:
    run = checked("email\nada@example.com\nbob@example.com\n")
    reader("bob@example.com", State.UNSUBSCRIBED)
    go_on(run)
    work_through(run.pk)
    run.refresh_from_db()
    assert (run.good, run.refused) == (1, 1)
    assert "unsubscribed" in refusals(run)[3]


@pytest.mark.django_db
def test_columns_say_areas_state_and_consent() -> None:
    prisons, advice = area("prisons", label="Prisons & gaols"), area("advice", label="Advice")
    old = area("gaols", label="Gaols")
    merge(old, prisons)
    rows = [
        "Name;E-Mail;Service areas;Status;Consent",
        'Ada;ada@example.com;"prisons; Advice";confirmed;Told us by phone',
        "Bob;bob@example.com;PRISONS & GAOLS|gaols;;",
        "Cyd;cyd@example.com;group;Subscribed;",
        "Dan;dan@example.com;;unsubscribed;",
        "Eve;eve@example.com;No such thing;;",
        "Fay",
        ";;;;",
    ]
    run = imported("\n".join(rows))
    found = {one.address[:3]: {term.slug for term in one.areas.all()} for one in Reader.objects.all()}
    assert found == {"ada": {"prisons", "advice"}, "bob": {"prisons"}, "cyd": {"group"}}
    assert set(Consent.objects.values_list("words", flat=True)) == {"Told us by phone", SAID}
    told = refusals(run)
    assert "only “confirmed” is imported" in told[5]
    assert "There is no service area “No such thing”." in told[6]
    assert told[7] == "There is no email address in this line."
    assert 8 not in told, "spreadsheets fill up with empty rows"
    assert advice.slug == "advice"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "found", "refused"),
    [
        ("email\r\nada@example.com\r\nADA@Example.com\r\n", {"ada@example.com"}, {3: "line 2"}),
        ("\ufeffEMAIL\nzoë@bücher.example", {"zoë@xn--bcher-kva.example"}, {}),
        ("Email address,Name\n'+ada@example.com,'=x\n", {"+ada@example.com"}, {}),
        ('name\temail\n"B\nC"\tada@example.com\nx\tbob@example.com\n', {"ada@example.com", "bob@example.com"}, {}),
        ('email,name\nada@example.com,"Ada\nbob@example.com,Bob\n', {"bob@example.com"}, {2: "quotation marks"}),
        ('email\n"ada@example.com"x\nbob@example.com\n', {"bob@example.com"}, {2: "quotation marks"}),
        ("email\n\n\nada@example.com\n\nx\n", {"ada@example.com"}, {6: "not an email address"}),
        ("\n\nemail\nada@example.com", {"ada@example.com"}, {}),
        ("email\nAda ada@example.com\na\0b@example.com\n", set(), {2: "not an email", 3: "could not be read"}),
    ],
)
def test_files_as_people_have_them(content: str, found: set[str], refused: dict[int, str], sink: Sink) -> None:
    sink.utf8 = True
    run = imported(content)
    assert addresses() == found
    told = refusals(run)
    assert told.keys() == refused.keys()
    assert all(words in told[line] for line, words in refused.items())


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "note"), [("utf-8-sig", ""), ("utf-16", ""), ("cp1252", "Windows-1252")])
def test_encodings(encoding: str, note: str, sink: Sink) -> None:
    sink.utf8 = True
    area("cafes", label="Cafés")
    run = imported("email;area\nzoë@example.com;Cafés\n".encode(encoding))
    assert addresses() == {"zoë@example.com"}
    assert ReaderArea.objects.count() == 1
    assert note in run.note


@pytest.mark.django_db
def test_a_byte_that_is_no_character_is_told_at_its_line() -> None:
    run = imported(b"email\nz\x81e@example.com\nada@example.com\n")
    assert addresses() == {"ada@example.com"}
    assert "CSV UTF-8" in refusals(run)[2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\n \n\n", "The file is empty"),
        (b"name,phone\nAda,1\n", "one must be called “email”. It says: “name”, “phone”."),
        (b"ada@example.com\nbob@example.com\n", "one must be called “email”"),
        (b'"email\n', "one must be called “email”"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "one must be called “email”"),
        (b"PK\x03\x04" + bytes(range(256)) * 9, "one must be called “email”"),
    ],
)
def test_a_file_that_is_no_list_is_explained(content: bytes, said: str) -> None:
    run = checked(content)
    assert run.step == Step.FAILED
    assert said in run.note
    assert run.content is None
    assert not go_on(run)


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b'email\n"' + b"a\n" * 200)
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused_as_a_whole(content: bytes) -> None:
    for whole in (content, b"email,x\n" + content):
        try:
            found = list(table(decoded(whole).stream).rows)
        except Unreadable:
            continue
        numbers = [line.number for line in found]
        assert numbers == sorted(set(numbers))
        assert all(line.number <= line.end for line in found)
        assert not any("\0" in text for line in found for text in (*line.cells, line.text))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8), st.sampled_from(",;\t|"))
@settings(max_examples=100)
def test_what_a_csv_writer_writes_is_read_again(rows: list[tuple[str, str]], delimiter: str) -> None:
    def clean(text: str) -> str:
        return visible("".join(char for char in text.encode("utf-8", "replace").decode() if char not in "\r\n\0'"))

    rows = [row for first, second in rows if any(row := (clean(first), clean(second)))]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("email", "areas"), *rows])
    found = [tuple(row.cells) for row in table(decoded(file.getvalue().encode()).stream).rows]
    assert found == rows


# Many lines, and workers that die


@pytest.mark.django_db
def test_work_does_not_grow_with_what_is_there(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(30):
        reader(f"known{number}@example.com")
    rows = "".join(f"r{number}@example.com\nknown{number}@example.com\n" for number in range(30))
    run = start(f"email\n{rows}".encode(), "f", SAID)
    with django_assert_max_num_queries(12):
        work_through(run.pk)
    go_on(run)
    with django_assert_max_num_queries(18):
        work_through(run.pk)
    assert Reader.objects.count() == 60


@pytest.mark.django_db
def test_many_lines_take_little_memory() -> None:
    count = 1500
    content = b"email,areas\n" + b"".join(b"reader%d@example.com,\n" % number for number in range(count))
    run = start(content, "many.csv", SAID)
    tracemalloc.start()
    work_through(run.pk)
    go_on(run)
    work_through(run.pk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    run.refresh_from_db()
    assert (run.step, run.good, run.read) == (Step.DONE, count, count + 1)
    assert Reader.objects.count() == Consent.objects.count() == count
    assert peak < len(content) + 6_000_000


@pytest.mark.django_db
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"r{number}@example.com" for number in range(3 * BATCH)]
    rows[BATCH + 5] = "r5@example.com"  # known only to whoever read the first batch
    rows[2 * BATCH + 7] = "nobody"
    run = start(("email\n" + "\n".join(rows)).encode(), "f", SAID)
    real, calls = importing.take, []

    def killed_after_each(one: ReaderImport, batch: Batch) -> bool:
        done = real(one, batch)
        calls.append(batch.last)
        if len(calls) % 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(importing, "take", killed_after_each)
    for step in (Step.CHECKING, Step.IMPORTING):
        for _ in range(4):
            now = timezone.now() + datetime.timedelta(minutes=6 * len(calls) + 6)
            try:
                with time_machine.travel(now):
                    call_command("jobs")
            except KeyboardInterrupt:
                continue
        run.refresh_from_db()
        if step == Step.CHECKING:
            assert (run.step, run.good, run.refused) == (Step.CHECKED, 3 * BATCH - 2, 2)
            go_on(run)
    assert run.step == Step.DONE
    assert (run.good, run.refused) == (3 * BATCH - 2, 2)
    assert sorted(refusals(run)) == [BATCH + 7, 2 * BATCH + 9]
    assert Reader.objects.count() == Consent.objects.count() == 3 * BATCH - 2


@pytest.mark.django_db
def test_of_two_workers_at_once_one_stops() -> None:
    run = start(b"email\nada@example.com\n", "f", SAID)
    first, second = ReaderImport.objects.get(pk=run.pk), ReaderImport.objects.get(pk=run.pk)
    batch = Batch(last=2)
    assert importing.take(first, batch)
    assert not importing.take(second, batch)


@pytest.mark.django_db
def test_who_signs_up_at_that_moment_is_refused_and_the_others_are_imported() -> None:
    run = ReaderImport.objects.create(file_name="f", statement=SAID, step=Step.IMPORTING)
    reader("ada@example.com", State.PENDING)  # after the batch was checked
    accepted = [Accepted(f"{name}@example.com", [], "") for name in ("ada", "bob")]
    assert importing.take(run, Batch(accepted=accepted, last=3))
    run.refresh_from_db()
    assert (run.good, run.refused) == (1, 1)
    assert RefusedLine.objects.get().text == "ada@example.com"
    assert addresses() == {"ada@example.com", "bob@example.com"}


# Written out


@pytest.mark.django_db
def test_an_export_can_be_imported_again(sink: Sink) -> None:
    sink.utf8 = True
    one = reader("=a+b@example.com")
    one.areas.set([area("prisons"), area("advice")])
    reader("Zoë@xn--bcher-kva.example")
    reader("left@example.com", State.UNSUBSCRIBED)
    written = "".join(csv_lines(Reader.objects.all()))
    rows = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"))))
    assert [row["email"] for row in rows] == ["'=a+b@example.com", "Zoë@xn--bcher-kva.example", "left@example.com"]
    assert rows[0]["areas"] == "advice; prisons"
    Reader.objects.all().delete()
    run = imported(written)
    assert addresses() == {"=a+b@example.com", "Zoë@xn--bcher-kva.example"}
    assert {term.slug for term in Reader.objects.order_by("pk")[0].areas.all()} == {"advice", "prisons"}
    assert "only “confirmed”" in refusals(run)[4]


@pytest.mark.django_db
def test_an_export_asks_little(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(20):
        reader(f"r{number}@example.com").areas.set([area("prisons")])
    with django_assert_num_queries(2):
        assert len(list(csv_lines(Reader.objects.all()))) == 21


@pytest.mark.django_db
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "readers.csv"
    file.write_text("email\nada@example.com\nnobody\n")
    call_command("subscribers", "import", str(file), "--dry-run")
    out = capsys.readouterr()
    assert out.out == "1 would be imported, 1 refused.\n"
    assert "line 3: This is not an email address. (nobody)" in out.err
    assert not Reader.objects.exists()
    assert not ReaderImport.objects.exists()
    call_command("subscribers", "import", str(file))
    assert capsys.readouterr().out == "1 imported, 1 refused.\n"
    assert "Imported from readers.csv by an operator" in Consent.objects.get().words
    call_command("subscribers", "import", str(file), "--consent", "At the conference")
    assert capsys.readouterr().out == "0 imported, 2 refused.\n"
    call_command("subscribers", "export")
    written = capsys.readouterr().out
    assert written.splitlines()[1].startswith("ada@example.com,confirmed,")
    for wrong in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CommandError, match="Cannot read"):
            call_command("subscribers", "import", str(wrong))
    file.write_text("name\nAda\n")
    with pytest.raises(CommandError, match="one must be called “email”"):
        call_command("subscribers", "import", str(file))
