"""Something made of very many pages, batch by batch, beside the work that is done with it.

Reading pages and taking their words apart is as much work as writing an index: of many pages the batches are made in
other processes (`python -m search.workers`), so that a second core reads while this one writes. These are new processes
and not forks: a fork of a process with threads or open connections may hang or break them.
"""

import gc
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from logging import getLogger
from typing import IO, Any, TypeVar

import django
from django.conf import settings
from django.db import connections

# No module that knows pages is imported here: Django is not set up yet when this one starts as a process.

logger = getLogger("search")
BATCH = 500
MANY = 5000  # pages; of fewer half are made before another process has started
AT_MOST = 2  # other processes, each of which needs a core
AHEAD = 3  # batches that a process makes before somebody takes them
PATIENCE = 60  # seconds for a process to start
READY = b"ready"
_LENGTH = struct.Struct("<Q")

Made = TypeVar("Made")


class WorkerGone(RuntimeError):
    """A process that made batches ended in the middle: it was killed, or there was no memory left."""


@contextmanager
def prepared(ids: Sequence[int], make: Callable[[list[int]], Made]) -> Iterator[Iterator[Made]]:
    """What `make` gives for each BATCH of these ids, in order. `make` is a function of a module, reads only what is
    committed, and gives what can be pickled, the smaller the better. An error of it is raised here."""
    batches = [list(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]
    count = min(AT_MOST, cores() - 1, len(batches)) if len(ids) >= MANY and _others_see_the_same() else 0
    with ExitStack() as stack:
        workers: list[subprocess.Popen[bytes]] = []
        for number in range(count):
            worker = _started(make, batches[number::count])
            if worker is None:
                break
            stack.callback(_stop, worker)
            workers.append(worker)
        if count and len(workers) == count:
            yield (_answer(workers[number % count]) for number in range(len(batches)))
        else:
            stack.close()
            yield map(make, batches)


def cores() -> int:
    """How many cores this process may use."""
    # Not every system says which.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _others_see_the_same() -> bool:
    """Whether another process sees the same rows: not those of an open transaction, nor a database in this one's memory."""
    return bool(settings.SETTINGS_MODULE) and not any(
        connection.in_atomic_block or (connection.vendor == "sqlite" and connection.is_in_memory_db())  # type: ignore[attr-defined]
        for connection in connections.all()
    )


def _started(make: Callable[[list[int]], Any], batches: list[list[int]]) -> subprocess.Popen[bytes] | None:
    """A process that makes these batches; None where it does not start."""
    path = os.pathsep.join(part for part in sys.path if part)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "PYTHONPATH": path}
    # A test's database is not the one that the settings name.
    names = {alias: str(connections[alias].settings_dict["NAME"]) for alias in connections}
    work = (names, pickle.dumps((make, batches)))
    worker = None
    try:
        worker = subprocess.Popen(
            [sys.executable, "-m", "search.workers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert worker.stdin  # noqa: S101 (as asked for)
        assert worker.stdout  # noqa: S101
        pickle.dump(work, worker.stdin)
        worker.stdin.close()
        if select.select([worker.stdout], [], [], PATIENCE)[0] and _received(worker.stdout) == READY:
            return worker
    except OSError as error:
        logger.warning("no process beside this one could be started: %s", error)
    except BaseException:
        if worker:
            _stop(worker)
        raise
    else:
        logger.warning("a process beside this one did not start; this one does its work")
    if worker:
        _stop(worker)
    return None


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()  # it has nothing to tidy up
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:  # what it did not read
                continue


def _answer(worker: subprocess.Popen[bytes]) -> Any:
    assert worker.stdout  # noqa: S101
    data = _received(worker.stdout)
    if data is None:
        raise WorkerGone(f"a process that read pages for the search index was ended (exit code {worker.wait()})")
    made, error = pickle.loads(data)  # noqa: S301 (from a process of ours)
    if error is not None:
        raise error
    return made


def _received(pipe: IO[bytes]) -> bytes | None:
    """The next message; None where there is no more."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = pipe.read(length)
    return data if len(data) == length else None


# In the other process


def _send(pipe: IO[bytes], data: bytes) -> None:
    try:
        pipe.write(_LENGTH.pack(len(data)))
        pipe.write(data)
        pipe.flush()
    except OSError:  # nobody listens any more
        os._exit(1)


def _send_all(pipe: IO[bytes], waiting: "queue.Queue[bytes | None]") -> None:
    while (data := waiting.get()) is not None:
        _send(pipe, data)


def _pickled(make: Callable[[list[int]], Any], batch: list[int]) -> tuple[bytes, bool]:
    """What `make` gives, or its error; and whether it went well."""
    try:
        return pickle.dumps((make(batch), None), pickle.HIGHEST_PROTOCOL), True
    except Exception as error:
        logger.exception("pages could not be read for the search index")
        try:
            data = pickle.dumps((None, error))
            pickle.loads(data)  # noqa: S301 (some errors are written and cannot be read)
        except Exception:
            data = pickle.dumps((None, RuntimeError(repr(error))))
        return data, False


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the process that asked ends this one
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed stays out of the answers
    names, work = pickle.load(sys.stdin.buffer)  # noqa: S301 (from the process that started this one)
    for alias, name in names.items():
        settings.DATABASES[alias]["NAME"] = name
    django.setup()
    make, batches = pickle.loads(work)  # noqa: S301
    _send(pipe, READY)  # before any batch: one may kill this process
    waiting: queue.Queue[bytes | None] = queue.Queue(AHEAD)
    sender = threading.Thread(target=_send_all, args=(pipe, waiting))
    sender.start()
    # What a batch leaves behind is looked for once, and not over and over among all that will stay.
    gc.freeze()
    gc.disable()
    for batch in batches:
        data, well = _pickled(make, batch)
        waiting.put(data)
        gc.collect()
        if not well:
            break
    waiting.put(None)
    sender.join()


if __name__ == "__main__":
    main()
