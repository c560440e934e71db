"""Two `prepare` at once: one waits for the other. On both databases, for each has a lock of its own."""

import threading

import pytest
from django.db import connections

from cop_site.prepare_lock import only_one

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
PATIENCE = 300


def test_the_second_is_told_and_waits_until_the_first_is_done() -> None:
    waits, entered = threading.Event(), threading.Event()

    def second() -> None:
        with only_one(waits.set):
            entered.set()
        connections.close_all()

    thread = threading.Thread(target=second, daemon=True)
    with only_one(lambda: pytest.fail("nobody else holds it")):
        thread.start()
        assert waits.wait(PATIENCE)
        assert not entered.is_set()
    assert entered.wait(PATIENCE)
    thread.join(PATIENCE)


def test_it_is_let_go_of_where_prepare_fails() -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), only_one(lambda: pytest.fail("it is still held")):
            raise RuntimeError
