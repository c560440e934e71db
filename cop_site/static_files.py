"""Static files: collected only when they have changed, because compressing them takes longer than all of the rest. A
process that runs already takes in what is collected while it runs."""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

from cop_site import fonts
from cop_site.errors import NotCollected


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Knows a file's address once it was asked for it: every page asks for four, and they change with the manifest only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._addresses: dict[str, str] = {}
        super().__init__(*args, **kwargs)
        self._read = self._written()

    def _written(self) -> int:
        """When the manifest was written, in nanoseconds; 0 where there is none."""
        try:
            return os.stat(self.manifest_storage.path(self.manifest_name)).st_mtime_ns
        except OSError:
            return 0

    def reload(self) -> bool:
        """Read the manifest again where it was written anew. Returns whether it was."""
        written = self._written()
        if written == self._read:
            return False
        self.hashed_files, self.manifest_hash = self.load_manifest()
        self._addresses.clear()
        self._read = written
        return True

    def stored_name(self, name: str) -> str:
        try:
            found: str = super().stored_name(name)
        except ValueError as missing:
            if self.reload():
                return self.stored_name(name)
            if not self.hashed_files or not self.has_all():
                raise NotCollected(str(missing)) from missing
            raise
        return found

    def has_all(self) -> bool:
        """Whether every static file has been collected."""
        self.reload()
        ignored = apps.get_app_config("staticfiles").ignore_patterns  # type: ignore[attr-defined]
        return all(name in self.hashed_files for finder in get_finders() for name, _ in finder.list(ignored))

    def url(self, name: str, force: bool = False) -> str:
        if force or settings.DEBUG:
            return super().url(name, force)
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Only under the names with a hash, which are those that pages ask for: half the work."""
        found: Iterator[tuple[str, str]] = super().compress_files(paths & set(self.hashed_files.values()))
        return found

    def save_manifest(self) -> None:
        super().save_manifest()
        self._addresses.clear()


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise looks for files once, when the process starts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._looked = _collected_at()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files and self._looked != _collected_at():
            self._looked = _collected_at()
            self.add_files(self.static_root, prefix=self.static_prefix)
        response: HttpResponse = super().__call__(request)
        return response


def are_collected() -> bool:
    return not isinstance(staticfiles_storage, StaticFiles) or staticfiles_storage.has_all()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _collected_at() -> int:
    try:
        return _stamp().stat().st_mtime_ns
    except OSError:
        return 0


def fingerprint() -> str:
    """A hash of every static file's name, size and time of change."""
    digest = blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the font is made and everything was collected as it is now."""
    return fonts.is_built() and _stamp().is_file() and _stamp().read_text() == fingerprint()


def collect() -> None:
    """Make the font and collect all static files."""
    fonts.build()
    current = fingerprint()
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp().write_text(current)
