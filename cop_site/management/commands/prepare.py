"""`manage.py prepare`: everything that must be true before the site is served. Safe to run again and again."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from caching.version import content_changed
from cop_site.checks import ONE_SITE
from cop_site.prepare_lock import only_one
from cop_site.starter import load_starter
from cop_site.static_files import collect
from home.image_cleaning import clean_images
from search.engine import Busy, Unavailable, engine


class Command(BaseCommand):
    help = (
        "Migrate, load the starter content into an empty site, clean pictures of metadata, collect static files, bring the "
        "search index up to date."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one(lambda: self._say("Another `prepare` is at work; this one waits for it.")):
                self._prepare()
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error

    def _prepare(self) -> None:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database…")
            call_command("migrate", interactive=False, verbosity=0)
        self.check(tags=[ONE_SITE], databases=[DEFAULT_DB_ALIAS])
        if load_starter():
            self._say("The starter content is loaded.")
        clean_images(self._say, self.stderr.write)
        collect()
        try:
            engine().sync()
        except (Unavailable, Busy) as error:  # the site starts without it, and the minute jobs go on trying
            self.stderr.write(f"The search index is not up to date: {error}")

        # Pages of the release before, or of a database that was replaced, are not to be handed out.
        content_changed()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
