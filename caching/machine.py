"""A cache of bytes that the processes of one start share without a server: the memory of each, before one table in memory
that they have in common.

The table is made before the processes divide (`--preload`); where each loads the site for itself, each has a table of its own.
Nobody waits for anybody: an entry carries a hash of itself, and one that is being written at the moment counts as none.
"""

import struct
from hashlib import blake2b
from mmap import mmap
from time import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

SLOTS = 1_024  # entries at most; of two that fall on one place the newer stays
SLOT = 32_768  # bytes of one: what is larger each process keeps for itself
HEAD = struct.Struct("<q16sdI")  # hash of the rest, key, when it ends, bytes
_table = mmap(-1, SLOTS * SLOT)  # anonymous and shared; takes memory only where something is written


class MachineCache(LocMemCache):
    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found = super().get(key, None, version)
        if found is not None:
            return found
        found, left = _read(self._digest(key, version))
        if left <= 0:
            return default
        super().set(key, found, left, version)
        return found

    def set(self, key: str, value: bytes, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, value, timeout, version)
        ends = self.get_backend_timeout(timeout)
        if ends is not None and len(value) <= SLOT - HEAD.size:
            _write(self._digest(key, version), value, ends)

    def delete(self, key: str, version: int | None = None) -> bool:
        digest = self._digest(key, version)
        if _read(digest)[1] > 0:
            _write(digest, b"", 0)
        return super().delete(key, version)

    def clear(self) -> None:
        super().clear()
        for start in range(0, SLOTS * SLOT, SLOT):
            _table[start : start + HEAD.size] = bytes(HEAD.size)

    def _digest(self, key: str, version: int | None) -> bytes:
        return blake2b(self.make_key(key, version).encode(), digest_size=16).digest()


def _start(key: bytes) -> int:
    return int.from_bytes(key[:4], "little") % SLOTS * SLOT


def _sum(key: bytes, ends: float, value: bytes) -> int:
    """Python's own hash: processes that have the table have its seed too, and no other thread goes first meanwhile."""
    return hash((key, ends, value))


def _write(key: bytes, value: bytes, ends: float) -> None:
    start = _start(key)
    entry = HEAD.pack(_sum(key, ends, value), key, ends, len(value)) + value
    _table[start : start + len(entry)] = entry


def _read(key: bytes) -> tuple[bytes, float]:
    """The value and the seconds that are left to it: none where there is no such entry, or no whole one."""
    start = _start(key)
    told, held, ends, length = HEAD.unpack(_table[start : start + HEAD.size])
    if held != key or length > SLOT - HEAD.size:
        return b"", 0
    value = _table[start + HEAD.size : start + HEAD.size + length]
    return (value, ends - time()) if _sum(key, ends, value) == told else (b"", 0)
