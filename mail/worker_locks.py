"""Which workers are alive. Each holds a lock on a file of its own for as long as it lives; the system lets go of it
however the worker ends, so what a killed one had claimed need not wait until its time is up.

Of a worker on another machine nothing is known, and its claims run out, even where both share this folder: not every
network file system passes such locks on.
"""

import fcntl
import functools
import hashlib
import os
import platform
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from django.conf import settings

BOOT = Path("/proc/sys/kernel/random/boot_id")  # Linux's; containers on one machine have the same
FOREIGN_KEPT = 7 * 24 * 60 * 60  # seconds that another machine's files stay


@functools.cache
def machine() -> str:
    """What the workers have in common whose locks are seen here."""
    known = BOOT.read_text() if BOOT.exists() else platform.node()
    return hashlib.sha256(known.encode()).hexdigest()[:8]


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"


def me() -> str:
    """The name of this process. A fork is another process."""
    return register(os.getpid())


@functools.cache
def register(pid: int) -> str:
    """The name of a process, made when it is first asked for, and its lock."""
    name = f"{machine()}-{pid}-{token_hex(8)}"
    _folder().mkdir(parents=True, exist_ok=True)
    # Never closed: the lock lasts as long as the process. Not passed on to what it starts.
    file = os.open(_folder() / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    return name


def dead(names: Iterable[str]) -> list[str]:
    """Those of these workers that are known to have ended."""
    mine = me()
    here = [name for name in names if name != mine and name.startswith(f"{machine()}-")]
    return [name for name in here if _is_free(_folder() / name)]


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
    if not _folder().is_dir():
        return
    files = {entry.name: entry for entry in _folder().iterdir()}
    for name in dead(set(files) - set(needed)):
        files[name].unlink(missing_ok=True)
    for name, file in files.items():
        with suppress(FileNotFoundError):
            if not name.startswith(f"{machine()}-") and file.stat().st_mtime < time.time() - FOREIGN_KEPT:
                file.unlink()
