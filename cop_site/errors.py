"""Errors that mean "not now" and not "never"."""

from django.db import InterfaceError, OperationalError


class NotCollected(ValueError):
    """A static file has no address yet, because `manage.py prepare` has not collected it."""


DATABASE_AWAY = (OperationalError, InterfaceError)
NOT_NOW = (*DATABASE_AWAY, NotCollected)
