"""What pages need before they can be answered, for /readyz, /healthz and the page that says "not now"."""

from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from cop_site import static_files
from search.engine import engine
from search.protocols import Unavailable

# What `prepare` has done for the code of this process stays done, and it takes long to see.
_done: set[str] = set()


def state() -> dict[str, bool]:
    """Each part that pages need, and whether it is there."""
    return {
        "database": has_database(),
        "migrations": is_migrated(),
        "static_files": has_static_files(),
        "search_index": _has_index(),
    }


def has_database() -> bool:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_migrated() -> bool:
    return _is_done("migrations", _no_migration_is_left)


def has_static_files() -> bool:
    return _is_done("static files", static_files.are_collected)


def forget() -> None:
    """Look again, where the database or the static files are others now."""
    _done.clear()


def _is_done(name: str, look: Callable[[], bool]) -> bool:
    if name not in _done and look():
        _done.add(name)
    return name in _done


def _no_migration_is_left() -> bool:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _has_index() -> bool:
    try:
        engine().answering().sequence()
    except (Unavailable, DatabaseError):
        return False
    return True
