"""Which workers are alive. Each holds a lock on a file of its own for as long as it lives; the system lets go of it
however the worker ends, so what a killed one had claimed need not wait until its time is up.

A worker on another machine has no file here: of it nothing is known, and its claims run out.
"""

import fcntl
import functools
import os
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex

from django.conf import settings


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"


def me() -> str:
    """The name of this process. A fork is another process."""
    return register(os.getpid())


@functools.cache
def register(pid: int) -> str:
    """The name of a process, made when it is first asked for, and its lock."""
    name = f"{pid}-{token_hex(8)}"
    _folder().mkdir(parents=True, exist_ok=True)
    # Never closed: the lock lasts as long as the process. Not passed on to what it starts.
    file = os.open(_folder() / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    return name


def dead(names: Iterable[str]) -> list[str]:
    """Those of these workers that are known to have ended."""
    mine = me()
    return [name for name in names if name and name != mine and _is_free(_folder() / name)]


def _is_free(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


def tidy(needed: Iterable[str]) -> None:
    """Delete the files of workers that ended, but of those who still have something claimed."""
    if _folder().is_dir():
        for name in dead({entry.name for entry in _folder().iterdir()} - set(needed)):
            (_folder() / name).unlink(missing_ok=True)
