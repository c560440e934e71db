"""One file that holds the site: its database, its uploads and, if asked for, its keys. `manage.py backup` writes it,
`manage.py restore` puts it back."""

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from community.models import User
from cop_site import database_copies
from cop_site.database_copies import NotCopied
from home.models import HomePage

FORMAT = 1
ABOUT, DATABASE, KEYS, UPLOADS = "about.json", "database", "keys.json", "media/"
KEY_NAMES = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError)


class Refused(Exception):
    """Why nothing was done, in words."""


def write(path: Path, *, with_keys: bool) -> dict[str, Any]:
    """Write the site to this file, which must not be there yet, and say what is in it. Raises Refused."""
    if path.exists():
        raise Refused(f"{path} exists already, and nothing is overwritten.")
    part = path.with_name(f".{path.name}.part")
    try:
        # Only for the site's own user: it holds mail addresses, and maybe keys.
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            about = _write(file, path.parent, with_keys=with_keys)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except (OSError, NotCopied) as error:
        raise Refused(str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return about


def _write(file: Any, folder: Path, *, with_keys: bool) -> dict[str, Any]:
    with (
        TemporaryDirectory(dir=folder, prefix=".backup-") as scratch,
        zipfile.ZipFile(file, "w", strict_timestamps=False) as archive,
    ):
        copy = Path(scratch) / DATABASE
        # The database first: an upload that comes in between is one too many, and none is missing.
        database_copies.copy_to(copy)
        archive.write(copy, DATABASE, zipfile.ZIP_DEFLATED)
        copy.unlink()
        uploads = sum(_added(archive, upload) for upload in _files(Path(settings.MEDIA_ROOT)))
        if with_keys:
            archive.writestr(KEYS, json.dumps({name: getattr(settings, name) for name in KEY_NAMES}))
        about = {
            "format": FORMAT,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": database_copies.vendor(),
            "uploads": uploads,
            "keys": with_keys,
            "migrations": sorted(map(list, MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations())),
        }
        archive.writestr(ABOUT, json.dumps(about))
    return about


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _added(archive: zipfile.ZipFile, path: Path) -> bool:
    try:
        archive.write(path, f"{UPLOADS}{path.relative_to(settings.MEDIA_ROOT).as_posix()}")
    except FileNotFoundError:  # deleted since it was listed
        return False
    return True


def is_filled() -> bool:
    """Whether this site has pages, people or uploads that a restore would replace."""
    if any(_files(Path(settings.MEDIA_ROOT))):
        return True
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        return False  # asking would make one
    tables = set(connection.introspection.table_names())
    return any(model._meta.db_table in tables and model._base_manager.exists() for model in (HomePage, User))


@contextmanager
def opened(path: Path) -> Iterator["Backup"]:
    """A file that is whole and can be put back here, unpacked beside the uploads. Raises Refused."""
    media = Path(settings.MEDIA_ROOT)
    media.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=media.parent, prefix=".restore-") as scratch:
        yield Backup(_unpacked(path, Path(scratch)), Path(scratch))


def _unpacked(path: Path, scratch: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read(ABOUT))
            _check_about(about)
            needed, free = sum(entry.file_size for entry in archive.infolist()), shutil.disk_usage(scratch).free
            if needed > free:
                raise Refused(f"There is not enough room: {needed:,} bytes are needed and {free:,} are free.")
            for entry in archive.infolist():
                if entry.is_dir() or ".." in PurePosixPath(entry.filename).parts:
                    raise ValueError(f"a strange name: {entry.filename}")
                archive.extract(entry, scratch)  # which compares the checksum
            if len(list(_files(scratch / UPLOADS))) != about["uploads"]:
                raise ValueError("uploads are missing")
    except UNREADABLE as error:
        raise Refused(f"{path} is no back-up of this site that can be read: {error}.") from error
    try:
        database_copies.check(scratch / DATABASE)
    except NotCopied as error:
        raise Refused(str(error)) from error
    return dict(about)


def _check_about(about: dict[str, Any]) -> None:
    if about["format"] != FORMAT:
        raise Refused("A newer version of the site made this back-up. Install that version first.")
    if about["database"] != database_copies.vendor():
        raise Refused(f"The back-up is of {about['database']}, and this site uses {database_copies.vendor()}.")
    known = set(MigrationLoader(None).disk_migrations)
    ours = {app for app, _ in known}
    newer = [f"{app}.{name}" for app, name in about["migrations"] if app in ours and (app, name) not in known]
    if newer:
        raise Refused(f"A newer version of the site made this back-up (it has {newer[0]}). Install that version first.")


class Backup:
    """A back-up that is unpacked and checked."""

    def __init__(self, about: dict[str, Any], scratch: Path) -> None:
        self.about = about
        self._scratch = scratch

    def put_back(self) -> None:
        """Replace the site's rows and uploads. Raises Refused, and then both are as before."""
        media, new, old = Path(settings.MEDIA_ROOT), self._scratch / UPLOADS, self._scratch / "replaced"
        new.mkdir(exist_ok=True)
        try:
            if media.exists():
                media.rename(old)
            try:
                new.rename(media)
                database_copies.put_back(self._scratch / DATABASE)
            except BaseException:
                if media.exists():
                    media.rename(self._scratch / "not-put-back")
                if old.exists():
                    old.rename(media)
                raise
        except (OSError, NotCopied, DatabaseError) as error:
            raise Refused(f"Nothing was changed. {error}") from error

    def keys(self) -> dict[str, Any]:
        """The keys with which the backed-up site signed; empty where they were left out."""
        file = self._scratch / KEYS
        return dict(json.loads(file.read_text())) if file.exists() else {}
