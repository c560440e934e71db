"""Errors that mean "not now" and not "never"."""

import errno
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError


class NotCollected(ValueError):
    """A static file has no address yet, because `manage.py prepare` has not collected it."""


DATABASE_AWAY = (OperationalError, InterfaceError)
# The disk is full or read-only. The others say that only of our own files: elsewhere they are a mistake.
_NO_ROOM = {errno.EROFS, errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EIO}


def is_not_now(error: BaseException | None) -> bool:
    """Whether this error means that the site cannot do now what it can do otherwise."""
    return isinstance(error, (*DATABASE_AWAY, NotCollected)) or cannot_write(error)


def cannot_write(error: BaseException | None) -> bool:
    """Whether this error means that DATA_DIR cannot be written."""
    if not isinstance(error, OSError):
        return False
    if error.errno in _NO_ROOM:
        return True
    named = error.filename if isinstance(error.filename, str | bytes | Path) else ""
    path = Path(named.decode(errors="replace") if isinstance(named, bytes) else named)
    return error.errno in _REFUSED and path.is_relative_to(settings.DATA_DIR)
