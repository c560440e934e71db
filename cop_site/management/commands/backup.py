"""`manage.py backup FILE`: the site in one file, written while it runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cop_site import backups


class Command(BaseCommand):
    help = (
        "Write the database and the uploads to one new file. The search index is not in it: `restore` builds it anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
        parser.add_argument("--keys", action="store_true", help="with SECRET_KEY, which signs links in old emails")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            about = backups.write(options["file"].absolute(), with_keys=options["keys"])
        except backups.Refused as error:
            raise CommandError(str(error)) from error
        keys = "with the keys" if about["keys"] else "without the keys: keep a copy of SECRET_KEY elsewhere"
        self.stdout.write(f"{options['file']} holds the database and {about['uploads']} uploaded files, {keys}.")
