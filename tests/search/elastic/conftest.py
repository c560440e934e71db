import logging
from collections.abc import Callable

import pytest

Requests = Callable[[], int]


@pytest.fixture
def requests(caplog: pytest.LogCaptureFixture) -> Requests:
    """How many the client has sent so far: it logs each, also one that nobody answered."""
    caplog.set_level(logging.INFO, logger="elastic_transport.transport")
    return lambda: sum(record.name == "elastic_transport.transport" for record in caplog.records)
