"""`manage.py subscribers import FILE [--dry-run] [--suppress]` and `subscribers export`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bulletins.readers import importing
from bulletins.readers.columns import Layout
from bulletins.readers.exporting import csv_lines
from bulletins.readers.models import Reader, ReaderImport

Kind = ReaderImport.Kind
STATEMENTS = {
    Kind.READERS: "Imported from {} by an operator, who answers for the consent of these readers.",
    Kind.SUPPRESSION: "On the suppression list {}, imported by an operator.",
}


class Command(BaseCommand):
    help = "Import readers of the e-bulletin from a CSV file or an Excel workbook, or write all of them out as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        into = acts.add_parser("import", help="add readers who have consented elsewhere")
        into.add_argument(
            "file", type=Path, metavar="FILE", help="CSV or .xlsx; its first line names the columns, one is “email”"
        )
        into.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        into.add_argument(
            "--consent",
            default="",
            metavar="TEXT",
            help="where and when the readers consented, for the record; a column “consent” says it for each line",
        )
        into.add_argument(
            "--suppress",
            action="store_true",
            help="the file lists people who refused: unsubscribe those who are readers, and keep out all others",
        )
        acts.add_parser("export", help="write all readers to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "export":
            for line in csv_lines(Reader.objects.all()):
                self.stdout.write(line, ending="")
        else:
            kind = Kind.SUPPRESSION if options["suppress"] else Kind.READERS
            self._import(options["file"], options["consent"], options["dry_run"], kind)

    def _import(self, file: Path, consent: str, dry_run: bool, kind: Kind) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}.") from None
        if len(content) > importing.LARGEST:
            raise CommandError(f"The file is larger than {importing.LARGEST // 1024**2} MB. Split it.")
        statement = consent or STATEMENTS[kind].format(file.name)
        run = importing.start(content, file.name, statement, kind=kind)
        try:
            self._work(run, dry_run)
        finally:
            if dry_run or run.step != ReaderImport.Step.DONE:
                run.delete()

    def _work(self, run: ReaderImport, dry_run: bool) -> None:
        importing.work_through(run.pk)
        run.refresh_from_db()
        if run.step == ReaderImport.Step.FAILED:
            raise CommandError(run.note)
        for said in (run.note, Layout.from_json(run.columns).told()):
            if said:
                self.stderr.write(said)
        if not dry_run:
            importing.go_on(run)
            importing.work_through(run.pk)
            run.refresh_from_db()
        for line, reason, text in run.refusals.values_list("line", "reason", "text").iterator():
            self.stderr.write(f"line {line}: {reason} ({text})")
        done = "suppressed" if run.suppresses else "imported"
        done = f"would be {done}" if dry_run else done
        self.stdout.write(f"{run.good} {done}, {run.refused} refused.")
