"""`manage.py search_index status|sync|rebuild|check|rollback`."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from search import changes
from search.engine import engine
from search.indexing import fingerprint
from search.protocols import Busy, Unavailable
from search.sources import documents_for, indexable_ids
from search.workers import BATCH, WorkerGone

ACTIONS = ("status", "sync", "rebuild", "check", "rollback")
SAME, DIFFERENT, UNAVAILABLE = 0, 1, 2


class Command(BaseCommand):
    help = "Look after the search index. Exit codes of check: 0 same, 1 differs, 2 unavailable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--local", action="store_true", help="the index on this machine, not Elasticsearch")
        parser.add_argument("--repair", action="store_true", help="check: write what differs anew")

    def handle(self, *args: Any, **options: Any) -> None:
        self.engine = engine().local if options["local"] else engine()
        try:
            code = getattr(self, f"_{options['action']}")(options)
        except Unavailable as error:
            raise CommandError(f"{error}; `search_index rebuild` makes one.", returncode=UNAVAILABLE) from error
        except (Busy, WorkerGone) as error:
            raise CommandError(str(error), returncode=UNAVAILABLE) from error
        except DatabaseError as error:
            text = f"the database does not answer: {error}. Is it there and up to date? `prepare` sees to that."
            raise CommandError(text, returncode=UNAVAILABLE) from error
        if code:
            sys.exit(code)

    def _status(self, options: dict[str, Any]) -> int:
        here = self.engine.answering()
        sequence = here.sequence()
        state = {
            "engine": here.name,
            "entries": len(here.stored()),
            "sequence": sequence,
            "lag": changes.lag(sequence),
            "fallback": here.name != self.engine.name,
        }
        self._print(options, state, "\n".join(f"{name}: {value}" for name, value in state.items()))
        return SAME

    def _sync(self, options: dict[str, Any]) -> int:
        written = self.engine.sync()
        self._print(options, {"written": written}, f"{written} pages written to the search index")
        return SAME

    def _rebuild(self, options: dict[str, Any]) -> int:
        total = self.engine.rebuild(self._progress)
        self._print(options, {"entries": total}, f"{total} pages in the new search index")
        return SAME

    def _rollback(self, options: dict[str, Any]) -> int:
        written = self.engine.rollback()
        text = f"The search index before the last rebuild is in use again; {written} pages written to it"
        self._print(options, {"written": written}, text)
        return SAME

    def _check(self, options: dict[str, Any]) -> int:
        stored = self.engine.stored()
        ids = indexable_ids()
        wanted = {}
        for done, entry in enumerate(documents_for(ids), start=1):
            wanted[entry.page_id] = fingerprint(entry)
            if done % BATCH == 0 or done == len(ids):
                self._progress(done, len(ids))
        found = {
            "missing": sorted(wanted.keys() - stored.keys()),
            "extra": sorted(stored.keys() - wanted.keys()),
            "stale": sorted(page for page in wanted.keys() & stored.keys() if wanted[page] != stored[page]),
        }
        differing = [page for pages in found.values() for page in pages]
        words = ", ".join(f"{len(pages)} {name}" for name, pages in found.items())
        self._print(options, found, f"{len(wanted)} pages compared: {words}")
        if differing and options["repair"]:
            self.engine.repair(differing)
            self.stderr.write(f"{len(differing)} pages written anew")
            return SAME
        return DIFFERENT if differing else SAME

    def _print(self, options: dict[str, Any], data: dict[str, Any], text: str) -> None:
        self.stdout.write(json.dumps(data) if options["json"] else text)

    def _progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            bar = "#" * (40 * done // max(total, 1))
            self.stderr.write(f"\r[{bar:<40}] {done}/{total}", ending="\n" if done == total else "")
