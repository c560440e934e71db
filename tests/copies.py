"""What many tests need and what takes long to make, made once for the code as it is and then copied."""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.served import ROOT

FOLDER = ROOT / ".test-copies"
# What no database and no prepared site depends on.
LEFT_OUT = {".git", ".venv", "bench", "docs", "tests", "data", "screenshots", "node_modules", ".staticfiles"}


@cache
def key(*more: Path) -> str:
    """A name for the code, the templates and the libraries as they are now, and for these files."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted({*_files(), *more}):
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    yield ROOT / "requirements-dev.txt"
    for entry in ROOT.iterdir():
        if entry.is_dir() and entry.name not in LEFT_OUT and not entry.name.startswith("."):
            yield from (path for path in entry.rglob("*") if path.is_file() and path.suffix != ".pyc")


def kept(name: str, make: Callable[[Path], None], *more: Path) -> Path:
    """The file or folder of this name, which nobody may change; `make` writes it at the path that it is given, anew where
    the code or one of these other files has changed.

    Processes that ask at the same time wait for the first."""
    here = FOLDER / key(*more)
    here.mkdir(parents=True, exist_ok=True)
    with _only_one(name):
        found = here / name
        if not found.exists():
            part = here / f"{name}.part"
            _remove(part)
            make(part)
            part.rename(found)
            _forget_older()
    return found


def _forget_older() -> None:
    """Leave what the last versions of the code made: tests of one may still run."""
    folders = sorted((path for path in FOLDER.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for older in folders[:-6]:
        _remove(older)


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
