"""A site whose search is on a real Elasticsearch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
from django.conf import LazySettings

from search.elastic import connection, index
from search.engine import engine
from search.fallback import FallbackEngine
from search.protocols import Unavailable
from search.tasks import catch_up

LIMIT = 120.0  # seconds, however slow the machine is


@contextmanager
def on(urls: Sequence[str], settings: LazySettings) -> Iterator[FallbackEngine]:
    """The site asks this cluster, under a name of its own, and has an index there and on this machine."""
    settings.ELASTICSEARCH_URL = list(urls)
    settings.ELASTICSEARCH_PREFIX = f"test-{uuid4().hex[:8]}"
    with pytest.MonkeyPatch.context() as patch:
        # On a busy machine too: a server that is late is what some tests are about, and no other.
        patch.setattr(connection, "CONNECT", LIMIT)
        patch.setattr(connection, "READ", LIMIT)
        patch.setattr(connection, "WRITE", LIMIT)
        new_process()
        found = engine()
        assert isinstance(found, FallbackEngine)
        try:
            yield found
        finally:
            with suppress(Unavailable):  # the cluster goes with its data
                index.remove_all(connection.place())
            connection.place.cache_clear()


def new_process() -> None:
    """As another process sees it: nothing is remembered."""
    connection.place.cache_clear()
    engine.cache_clear()


def work() -> None:
    """What the worker does with a task that waits."""
    catch_up.call()
