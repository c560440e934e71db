"""`manage.py prepare`: everything that must be true before the site is served. Safe to run again and again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from caching.version import content_changed
from community.grants import apply_grants
from cop_site.beside import Failed, beside
from cop_site.checks import ONE_SITE
from cop_site.prepare_lock import only_one
from cop_site.starter import is_empty, load_starter
from cop_site.static_files import collect, is_current
from core.image_cleaning import clean_images
from search.engine import engine
from search.protocols import Busy, Unavailable

# The tables were started anew once, before the first release; this is from before.
BEFORE_THE_FIRST_RELEASE = ("community", "0002_roles")
LONG = 2  # seconds from which a step is worth a word on how long it took


class Command(BaseCommand):
    help = (
        "Migrate, give the roles what is new to them, load the starter content into an empty site, clean pictures of "
        "metadata, collect static files, bring the search index up to date. It says what it does; where there is nothing "
        "to do it says nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one(lambda: self._say("Another `prepare` is at work; this one waits for it.")):
                self._prepare()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except Failed as failed:
            raise CommandError("The static files could not be collected; the reason is above.") from failed

    def _prepare(self) -> None:
        with self._static_files():
            self._database()
            clean_images(self._say, self.stderr.write)
            self._search_index()

        # Pages of the release before, or of a database that was replaced, are not to be handed out.
        content_changed()

    @contextmanager
    def _static_files(self) -> Iterator[None]:
        if is_current():
            yield
            return
        self._say("Compressing the static files and making the font, beside the next steps…")
        with beside(collect, lambda: self._say("Waiting for the static files…")):
            yield

    def _database(self) -> None:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if BEFORE_THE_FIRST_RELEASE in executor.loader.applied_migrations:
            raise CommandError(
                f"The database {_place()} was made by a version before the first release and cannot be used any more: "
                "move it away, or name an empty one in DATABASE_URL, and start again."
            )
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            is_new = not executor.loader.applied_migrations
            with self._step(
                "Making the tables, about half a minute" if is_new else f"Making {len(plan)} changes to the tables"
            ):
                call_command("migrate", interactive=False, verbosity=0)
        apply_grants()  # a release may have new ones without a migration
        self.check(tags=[ONE_SITE], databases=[DEFAULT_DB_ALIAS])
        if is_empty():
            with self._step("Writing the starter content, about ten seconds"):
                load_starter()
            self._say("The starter content is loaded.")

    def _search_index(self) -> None:
        try:
            with nullcontext() if _has_index() else self._step("Building the search index"):
                engine().sync()
        except (Unavailable, Busy) as error:  # the site starts without it, and the minute jobs go on trying
            self.stderr.write(f"The search index is not up to date: {error}")

    @contextmanager
    def _step(self, text: str) -> Iterator[None]:
        """Says what is being done, and afterwards how long it took."""
        self._say(f"{text}…")
        began = time.monotonic()
        yield
        if (took := time.monotonic() - began) >= LONG:
            self._say(f"  done in {took:.0f} seconds")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _place() -> str:
    return str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])


def _has_index() -> bool:
    try:
        engine().local.sequence()
    except Unavailable:
        return False
    return True
