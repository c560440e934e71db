"""A cache in Redis that all processes share, and that the site can do without: what cannot be read counts as not there,
and what cannot be written is forgotten. Django's own lets its errors reach readers, and waits for a server that hangs."""

import logging
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from caching.breaker import Breaker

# Seconds that a reader waits at most: to make a page anew takes less.
LIMITS = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
# Seconds after which an answer counts as none for the breaker: of a server that is only just in time, hundreds of answers
# in one request would take a minute.
SLOW = 0.1
Found = TypeVar("Found")

logger = logging.getLogger("caching")
# One for all caches of a process: they are in one server.
redis_breaker = Breaker(
    logger, "the shared cache does not answer, pages are made anew", "the shared cache answers again"
)


class SharedCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._options = LIMITS | self._options

    def _ask(self, question: Callable[[], Found], otherwise: Found) -> Found:
        if not redis_breaker.may_ask():
            return otherwise
        started = monotonic()
        try:
            found = question()
        except (OSError, RedisError) as error:
            redis_breaker.failed(error)
            return otherwise
        if monotonic() - started > SLOW:
            redis_breaker.failed(TimeoutError("it answers slowly"))
        else:
            redis_breaker.worked()
        return found

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda: super(SharedCache, self).get(key, default, version), default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        return self._ask(lambda: super(SharedCache, self).get_many(keys, version), {})

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._ask(lambda: super(SharedCache, self).has_key(key, version), False)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda: super(SharedCache, self).add(key, value, timeout, version), False)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask(lambda: super(SharedCache, self).set(key, value, timeout, version), None)

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        return self._ask(lambda: super(SharedCache, self).set_many(data, timeout, version), list(data))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask(lambda: super(SharedCache, self).touch(key, timeout, version), False)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask(lambda: super(SharedCache, self).delete(key, version), False)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self._ask(lambda: super(SharedCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        self._ask(super().clear, None)
