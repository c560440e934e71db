"""Whether it is worth asking a server that did not answer."""

import logging
import threading
from time import monotonic

from caching.outage import Outage

FAILURES = 2  # in a row, after which nobody waits any more
PAUSE = 5.0  # seconds until one question is tried again


class Breaker:
    """What one process has seen of a server. `away` and `back` are what the log says, of an `outage` only where no other
    process has. Safe to use from many threads."""

    def __init__(self, logger: logging.Logger, away: str, back: str, outage: Outage | None = None) -> None:
        self._logger, self._away, self._back, self._outage = logger, away, back, outage
        self._lock = threading.Lock()
        self._failures = 0
        self._ask_again = 0.0

    def may_ask(self) -> bool:
        with self._lock:
            if self._failures < FAILURES:
                return True
            if monotonic() < self._ask_again:
                return False
            self._ask_again = monotonic() + PAUSE  # this question finds out; others do not wait for it
            return True

    def failed(self, error: Exception) -> bool:
        """Whether this is one of the failures after which nobody waits any more, and not one of those that follow."""
        with self._lock:
            self._failures += 1
            self._ask_again = monotonic() + PAUSE
            failures = self._failures
        if failures == FAILURES and (self._outage is None or self._outage.begins()):
            self._logger.error("%s: %s", self._away, error)
        else:
            self._logger.debug("no answer: %s", error)
        return failures <= FAILURES

    def worked(self) -> None:
        with self._lock:
            again, self._failures = self._failures >= FAILURES, 0
        if again and (self._outage is None or self._outage.ends()):
            self._logger.warning("%s", self._back)
