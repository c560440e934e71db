"""A copy of the whole database in one file, and the way back, for SQLite and PostgreSQL.

Both ways back are one transaction: readers see the old rows until all of the new ones are there, and an error leaves the
old ones. SQLite's file itself is never replaced, since a process that has it open would go on with the old one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

PATIENCE = 20  # seconds to wait for whoever writes just now


class NotCopied(Exception):
    """Why a database cannot be copied or put back, in words."""


def vendor() -> str:
    return connections[DEFAULT_DB_ALIAS].vendor


def copy_to(path: Path) -> None:
    """Write the database as it is at one moment, while the site runs. Raises NotCopied."""
    if vendor() == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={path}", f"--dbname={_name()}")
    elif vendor() == "sqlite":
        if not Path(_name()).is_file():
            raise NotCopied(f"There is no database at {_name()}.")
        _copy_sqlite(_name(), path)
    else:
        raise NotCopied(f"Databases of the kind {vendor()} are not backed up here: use the database's own tools.")


def check(path: Path) -> None:
    """Raises NotCopied where the copy is not whole."""
    if vendor() == "postgresql":
        _run("pg_restore", "--list", str(path))
        return
    try:
        with closing(sqlite3.connect(path)) as copy:
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise NotCopied(f"The database in it is damaged: {error}.") from error
    if found != "ok":
        raise NotCopied(f"The database in it is damaged: {found}.")


def put_back(path: Path) -> None:
    """Replace what is in the database. Raises NotCopied, and then all is as before."""
    if vendor() == "postgresql":
        _put_back_postgresql(path)
        return
    connections[DEFAULT_DB_ALIAS].close()
    Path(_name()).parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(path, Path(_name()))


def _copy_sqlite(source: Path | str, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(source, timeout=PATIENCE)) as old,
            closing(sqlite3.connect(target, timeout=PATIENCE)) as new,
        ):
            new.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            old.backup(new)
    except sqlite3.Error as error:
        raise NotCopied(f"SQLite says: {error}.") from error


def _put_back_postgresql(path: Path) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    # The tables that are there now, too, which an older dump does not name: or its migrations would meet them.
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    connection.close()
    script = path.with_suffix(".sql")
    _run("pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(path))
    remove = [f"--command=DROP TABLE {tables} CASCADE"] if tables else []
    words = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    _run("psql", *words, *remove, f"--file={script}", f"--dbname={_name()}")


def _run(program: str, *words: str) -> None:
    """One of PostgreSQL's own programs; the password is passed in its environment, where no other user can read it."""
    if not shutil.which(program):
        raise NotCopied(
            f"The program {program} is not on this machine. Install PostgreSQL's client programs, of the server's "
            "version or newer, or back up with the database's own tools."
        )
    found = connections[DEFAULT_DB_ALIAS].settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    where = {theirs: str(found[ours]) for ours, theirs in names.items() if found.get(ours)}
    secured = ("sslmode", "sslrootcert", "sslcert", "sslkey")
    where |= {f"PG{name.upper()}": str(found["OPTIONS"][name]) for name in secured if name in found["OPTIONS"]}
    done = subprocess.run([program, *words], env=os.environ | where, capture_output=True, text=True, check=False)  # noqa: S603 (PostgreSQL's own)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotCopied(f"{program} says: {said[0] if said else done.returncode}")


def _name() -> str:
    return str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
