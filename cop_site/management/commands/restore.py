"""`manage.py restore FILE`: puts back what `manage.py backup` wrote."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from bulletins.sending.actions import pause
from bulletins.sending.models import Sending
from caching.models import ContentVersion
from caching.version import ROW, current
from community.grants import apply_grants
from cop_site import backups
from cop_site.prepare_lock import only_one
from cop_site.site import align_site
from mail.queue import hold
from search.engine import engine
from search.protocols import Unavailable

RUNNING = (Sending.State.SCHEDULED, Sending.State.SENDING)
PAUSED = "Paused when a back-up was restored: some readers may have had it since the back-up was made."
HELD = "It waited when a back-up was made that was restored since: it may have been sent."


class Command(BaseCommand):
    help = (
        "Check a file that `backup` wrote, and put its database and uploads in the place of this site's. Stop the site "
        "first. Where anything fails before all is in place, this site stays as it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="replace a site that has content")
        parser.add_argument("--keys", action="store_true", help="write the back-up's keys to the file .env")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            with only_one(lambda: self.stdout.write("`prepare` is at work; this waits for it.")):
                self._restore(options)
        except backups.Refused as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error

    def _restore(self, options: dict[str, Any]) -> None:
        with backups.opened(options["file"]) as backup:
            if backups.is_filled() and not options["replace"]:
                raise backups.Refused("This site has content already. With --replace, the back-up replaces all of it.")
            keys = backup.keys()
            if options["keys"] and not keys:
                raise backups.Refused("The back-up was made without keys. Restore it without --keys.")
            before = current()
            backup.put_back()
        self.stdout.write(
            f"Restored: the database of {backup.about['made']} and {backup.about['uploads']} uploaded files."
        )
        if options["keys"]:
            write_keys(keys)
            self.stdout.write("The keys are in the file .env. What the environment says goes before that file.")
        elif keys and keys["SECRET_KEY"] != settings.SECRET_KEY:
            self.stdout.write(
                "The back-up has another SECRET_KEY: links in old emails need it (--keys restores it, too)."
            )
        self._follow_up(before.number if before else 0)

    def _follow_up(self, version: int) -> None:
        """What must be true of rows from another day: tables of today, no answer kept from before, nothing sent twice."""
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        apply_grants()
        align_site()
        found = current()
        number = max(version, found.number if found else 0) + 1
        ContentVersion.objects.update_or_create(pk=ROW, defaults={"number": number, "changed_at": timezone.now()})
        for sending in Sending.objects.filter(state__in=RUNNING):
            pause(sending)
            Sending.objects.filter(pk=sending.pk).update(note=PAUSED)
            self.stdout.write(f"The e-bulletin “{sending}” was waiting or being sent. It is paused: look at it first.")
        if held := hold(HELD):
            self.stdout.write(
                f"Other emails that were waiting: {held}. They are held back: see Reports, Outgoing emails, in the admin."
            )
        try:
            engine().rebuild()
        except Unavailable as error:
            self.stderr.write(f"Run `manage.py search_index rebuild` when the search index can be written: {error}")


def write_keys(keys: dict[str, Any]) -> None:
    """Put the keys into the file .env in place of those there; its other lines stay."""
    file = Path(settings.ENV_FILE)
    lines = file.read_text().splitlines() if file.exists() else []
    kept = [line for line in lines if line.partition("=")[0].removeprefix("export ").strip() not in keys]
    kept.append(f"SECRET_KEY='{keys['SECRET_KEY']}'")
    if keys["SECRET_KEY_FALLBACKS"]:
        kept.append(f"SECRET_KEY_FALLBACKS='{','.join(keys['SECRET_KEY_FALLBACKS'])}'")
    part = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write("\n".join([*kept, ""]))
    part.rename(file)
