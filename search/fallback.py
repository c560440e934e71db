"""Elasticsearch where it answers, the index on this machine where it does not. Visitors see no difference."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from caching.breaker import Breaker
from caching.outage import Outage
from search.facets import Vocabulary
from search.protocols import Busy, Engine, LocalEngine, Progress, Unavailable, Waiting
from search.query import PER_PAGE, Query
from search.results import Hit, Results, Suggestion
from search.synonyms import NONE, Thesaurus

logger = logging.getLogger("search.fallback")
Found = TypeVar("Found")


class FallbackEngine:
    """Questions go to either; what keeps the index goes to Elasticsearch, and says so where it does not answer."""

    def __init__(self, remote: Engine, local: LocalEngine, folder: Path) -> None:
        """In `folder` is noted what all processes of this machine need to know."""
        self.name = remote.name
        self.remote = remote
        self._local = local
        self._breaker = Breaker(
            logger,
            "the index on this machine answers searches now",
            "Elasticsearch answers searches again",
            Outage(folder / "searches.away"),
        )
        self._changes_wait = Outage(folder / "changes.wait")

    @property
    def local(self) -> LocalEngine:
        return self._local

    def answering(self) -> Engine:
        def there(engine: Engine) -> Engine:
            engine.sequence()
            return engine

        return self._ask(there)

    def _ask(self, question: Callable[[Engine], Found]) -> Found:
        if self._breaker.may_ask():
            try:
                found = question(self.remote)
            except Unavailable as error:
                self._breaker.failed(error)
            except Exception as error:
                # A mistake of ours, or a proxy that speaks for the server: it must not reach a reader.
                if self._breaker.failed(error):
                    logger.exception("Elasticsearch could not be asked")
            else:
                self._breaker.worked()
                return found
        return question(self._local)

    # Asking

    def search(
        self, query: Query, vocabulary: Vocabulary, per_page: int = PER_PAGE, thesaurus: Thesaurus = NONE
    ) -> Results:
        return self._ask(lambda engine: engine.search(query, vocabulary, per_page, thesaurus))

    def suggest(self, text: str, count: int = 8, vocabulary: Vocabulary | None = None) -> tuple[Suggestion, ...]:
        return self._ask(lambda engine: engine.suggest(text, count, vocabulary))

    def similar(self, page_id: int, count: int = 4, vocabulary: Vocabulary | None = None, kind: str = "") -> Results:
        return self._ask(lambda engine: engine.similar(page_id, count, vocabulary, kind))

    def hits(self, page_ids: Sequence[int]) -> tuple[Hit, ...]:
        return self._ask(lambda engine: engine.hits(page_ids))

    # Keeping current

    def sync(self) -> int:
        """Both; the pages written to Elasticsearch are counted."""
        try:
            self._local.sync()
        except Busy:
            logger.info("another process is building the index on this machine")
        except Waiting as error:
            logger.debug("%s", error)
        except Unavailable as error:
            logger.error("the index on this machine could not catch up: %s", error)
        except Exception:
            logger.exception("the index on this machine could not catch up")
        try:
            written = self.remote.sync()
        except Unavailable as error:
            if self._changes_wait.begins():
                logger.error("Elasticsearch takes nothing in, changes wait in the log: %s", error)
            raise Waiting(str(error)) from error
        if self._changes_wait.ends():
            logger.warning("Elasticsearch has taken in what waited")
        return written

    def rebuild(self, progress: Progress | None = None) -> int:
        return self.remote.rebuild(progress)

    def tidy(self) -> None:
        self._local.tidy()
        try:
            self.remote.tidy()
        except Unavailable as error:  # of which `sync` tells
            logger.debug("Elasticsearch was not tidied: %s", error)

    def rollback(self) -> int:
        return self.remote.rollback()

    def sequence(self) -> int:
        return self.remote.sequence()

    def stored(self) -> dict[int, str]:
        return self.remote.stored()

    def repair(self, page_ids: list[int]) -> None:
        self.remote.repair(page_ids)
