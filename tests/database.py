"""The tests' database: a copy of one that is migrated once for the code as it is, on SQLite and on PostgreSQL."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tests import copies

_FOLDER = Path(settings.DATA_DIR)
_POSTGRESQL = f"test_{os.getpid()}"
_numbers = itertools.count()


@contextmanager
def own_copy() -> Iterator[None]:
    """The connection leads to a database of this process for as long as this lasts."""
    before = str(connection.settings_dict["NAME"])
    renew()
    yield
    connections.close_all()
    if connection.vendor == "postgresql":
        with _server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_POSTGRESQL}" WITH (FORCE)')
    else:
        _remove_sqlite()
    _use(before)


def renew() -> None:
    """As it is after the migrations: what tests have committed is gone."""
    connections.close_all()
    if connection.vendor == "postgresql":
        template = copies.kept("migrated-postgresql", _make_postgresql).read_text()
        _use(_POSTGRESQL)
        with _server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{_POSTGRESQL}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{_POSTGRESQL}" TEMPLATE "{template}"')
        return
    migrated = copies.kept("migrated.sqlite3", _make_sqlite)
    _remove_sqlite()
    # A new name each time: a thread that outlived its test may have the old file open.
    _use(str(_FOLDER / f"test-{next(_numbers)}.sqlite3"))
    shutil.copyfile(migrated, connection.settings_dict["NAME"])


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _remove_sqlite() -> None:
    for path in _FOLDER.glob("test-*.sqlite3*"):
        path.unlink()


def _make_sqlite(path: Path) -> None:
    _use(str(path))
    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _make_postgresql(path: Path) -> None:
    """A database on the server; the file holds its name."""
    name = f"migrated_{copies.key()}"
    with _server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    _use(name)
    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    path.write_text(name)


@contextmanager
def _server() -> Iterator[Any]:
    """A cursor outside every transaction, in a database that is always there."""
    import psycopg

    found = connection.settings_dict
    who = {"host": found["HOST"], "port": found["PORT"], "user": found["USER"], "password": found["PASSWORD"]}
    with (
        psycopg.connect(dbname="postgres", autocommit=True, **{k: v for k, v in who.items() if v}) as server,
        server.cursor() as cursor,
    ):
        yield cursor
