"""Work that needs no database, done by a process of its own beside work that does: two cores, and no second start of Django."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Failed(Exception):
    """The process ended with an error, which it has printed."""


@contextmanager
def beside(work: Callable[[], object], waits: Callable[[], object]) -> Iterator[None]:
    """Run `work` in a copy of this process while the block runs, and return when both have ended. `waits` is called where
    the block ends first. `work` must not touch a connection that is open: both processes would speak on it.
    A block that fails ends the process."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    try:
        yield
        if process.is_alive():
            waits()
    except BaseException:
        process.kill()  # a copy has our handlers of signals too, and may go on after any other
        raise
    finally:
        process.join()
    if process.exitcode:
        raise Failed
