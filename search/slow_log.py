"""A log line for every search that took too long."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

logger = logging.getLogger("search.slow_log")
LONGEST = 100  # characters of a question in the log


@contextmanager
def timed(what: str, asked: str) -> Iterator[None]:
    """Logs what happens inside if it takes longer than settings.SEARCH_SLOW_MS. Only the question is told, never who
    asked it; written as Python writes it, so that no text can break or forge a line."""
    started = time.perf_counter()
    try:
        yield
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        if milliseconds > settings.SEARCH_SLOW_MS:
            shown = asked if len(asked) <= LONGEST else f"{asked[:LONGEST]}…"
            logger.warning("%s took %d ms: %r", what, milliseconds, shown)
