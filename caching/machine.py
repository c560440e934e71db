"""A cache of bytes that all processes of a machine share without a server: the memory of each, before one folder.

What one process makes, the others find in the folder and take into their memory. The folder may be away or full: then
each process has what it made itself.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path
from threading import get_ident
from time import time
from typing import Any, BinaryIO

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

from caching.breaker import Breaker

ROOM = 50_000_000  # bytes of the folder
FILES = 2_000  # in it at most
SWEEP = 256  # entries that a process writes before it looks whether there are too many
GRACE = 60  # seconds after its end that a file is left alone: it may be one that is just being written

logger = logging.getLogger("caching")
# One for all threads of a process, each of which has a cache of its own.
folder_breaker = Breaker(
    logger,
    "the folder of kept pages cannot be written, each process makes its own",
    "pages are kept in the folder again",
)
_writes = count(1)


class MachineCache(LocMemCache):
    """LOCATION is the folder. A file's time of change is when its entry ends."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self._folder = folder

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = super().get(key, None, version)
        if found is not None:
            return found
        try:
            with open(self._file(key, version), "rb") as file:
                left = os.fstat(file.fileno()).st_mtime - time()
                found = file.read()
        except OSError:  # mostly because nobody made it yet
            return default
        if left <= 0:
            return default
        super().set(key, found, left, version)
        return found

    def set(self, key: str, value: bytes, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, value, timeout, version)
        ends = self.get_backend_timeout(timeout)
        if ends is None or not folder_breaker.may_ask():
            return
        try:
            self._write(self._file(key, version), value, ends)
            if next(_writes) % SWEEP == 0:
                self.sweep()
        except OSError as error:
            folder_breaker.failed(error)
        else:
            folder_breaker.worked()

    def delete(self, key: str, version: int | None = None) -> bool:
        self._remove(self._file(key, version))
        return super().delete(key, version)

    def clear(self) -> None:
        super().clear()
        for file in Path(self._folder).glob("*"):
            self._remove(file)

    def sweep(self) -> None:
        """Remove what has ended, and what ends first where there is too much."""
        files = sorted(self._files(), reverse=True)
        used = 0
        for place, (ends, size, file) in enumerate(files):
            used += size
            if ends < time() - GRACE or used > ROOM or place >= FILES:
                self._remove(file)

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """When each ends, its bytes, and the file."""
        with os.scandir(self._folder) as found:
            for entry in found:
                with suppress(FileNotFoundError):  # another process sweeps too
                    told = entry.stat()
                    yield told.st_mtime, told.st_size, entry.path

    def _file(self, key: str, version: int | None) -> str:
        return f"{self._folder}/{blake2b(self.make_key(key, version).encode(), digest_size=16).hexdigest()}"

    def _write(self, file: str, value: bytes, ends: float) -> None:
        part = f"{file}-{os.getpid()}-{get_ident()}"
        try:
            with self._opened(part) as written:
                written.write(value)
                written.flush()
                os.utime(written.fileno(), (ends, ends))
            os.replace(part, file)
        except OSError:
            self._remove(part)
            raise

    def _opened(self, file: str) -> BinaryIO:
        try:
            return open(file, "wb")
        except FileNotFoundError:  # the first, or somebody deleted the folder
            Path(self._folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            return open(file, "wb")

    def _remove(self, file: str | Path) -> None:
        with suppress(OSError):
            os.unlink(file)
