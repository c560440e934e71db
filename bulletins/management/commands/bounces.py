"""`manage.py bounces FILE [--dry-run]`."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bulletins.readers.csv_lines import Unreadable
from bulletins.sending.bounce_import import Verdict, take_in


class Command(BaseCommand):
    help = (
        "Import returned emails from a CSV file or an Excel workbook with the columns email, kind (hard, soft, "
        "complaint), reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or .xlsx; its first line names the columns")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        numbers: Counter[Verdict] = Counter()
        try:
            for finding in take_in(file.read_bytes(), dry_run=options["dry_run"]):
                numbers[finding.verdict] += 1
                if finding.verdict == Verdict.REFUSED:
                    self.stderr.write(f"line {finding.line}: {finding.why} ({finding.email})")
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}.") from None
        except Unreadable as problem:
            raise CommandError(str(problem)) from None
        told = ", ".join(f"{verdict}: {numbers[verdict]}" for verdict in Verdict)
        self.stdout.write(f"{'Nothing is changed. It would be: ' if options['dry_run'] else ''}{told}.")
