"""Cleans the pictures that were stored before files were cleaned as they are saved. What is done is marked by its name, so
that the next time there is nothing to look at: originals move to a folder of their own, renditions that may be in
mails keep their URL and leave their place to one with a name that tells nothing."""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat

from caching.version import content_changed
from core.image_files import AVATARS, ORIGINALS, RENDITIONS, CleanImageFile, has_metadata, without_metadata
from core.models import SiteImage, SiteRendition

FORMER = "old-"  # what the focal point key of a rendition begins with that no page asks for any more
# Renditions that only the admin shows: no mail has them, and their names tell the original's.
ADMIN_ONLY = ("original", "max-165x165", "max-800x600")
UNGUESSABLE = r"^images/[0-9a-f]{32}\."

Say = Callable[[str], object]


def clean_images(say: Say, warn: Say) -> None:
    """Clean all originals, renditions and photographs of users that are not; one at a time is held in memory. Tells `say`
    what was done, and `warn` what could not be."""
    originals = sum(
        _clean_original(pk, warn) for pk in _keys(SiteImage.objects.exclude(file__startswith=f"{ORIGINALS}/"))
    )
    files = sum(_clean_file(path) for folder in (RENDITIONS, AVATARS) for path in _not_yet_seen(folder))
    renamed = _leave_their_place()
    if originals or files or renamed:
        content_changed()
        say(
            f"Pictures: metadata removed from {originals} originals and {files} other files; {renamed} renditions get new names."
        )
    if stray := _stray_originals():
        warn(f"{stray} files in media/original_images belong to no picture. Nobody can open them here; delete them.")


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _clean_original(pk: int, warn: Say) -> bool:
    """Whether this picture has a clean file now, in place of the former."""
    image = SiteImage.objects.get(pk=pk)
    former, storage = str(image.file.name), image.file.storage
    try:
        with storage.open(former) as file:
            content = CleanImageFile(without_metadata(file, most_pixels=None), former)
    except (OSError, ValidationError) as error:
        reason = "missing" if isinstance(error, OSError) else "damaged"
        warn(f"Picture {pk} ({image.title}) was not cleaned: its file is {reason}. Upload it again, or delete it.")
        return False
    image.file.save(image.filename, content, save=False)
    values = {name: getattr(image, name) for name in ("file", "width", "height", "file_size", "file_hash")}
    replaced = SiteImage.objects.filter(pk=pk, file=former).update(**values)
    storage.delete(former if replaced else image.file.name)  # the new one, where somebody changed the picture meanwhile
    return bool(replaced)


def _not_yet_seen(folder: str) -> Iterator[Path]:
    """The files of a folder that were made under other names than today's, those without a row included."""
    seen = set(SiteRendition.objects.filter(focal_point_key__startswith=FORMER).values_list("file", flat=True))
    for path in _files(folder):
        name = f"{folder}/{path.name}"
        if name not in seen and not re.match(UNGUESSABLE, name):
            yield path


def _files(folder: str) -> list[Path]:
    place = Path(default_storage.path(folder))
    return sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else []


def _clean_file(path: Path) -> bool:
    """Clean a file under its own name; whether there was anything to clean. Readers get the one or the other."""
    try:
        with path.open("rb") as file:
            if not has_metadata(file):
                return False
            content = without_metadata(file, most_pixels=None)
    except (OSError, ValidationError):
        return False
    other = path.with_name(f"{secrets.token_hex(16)}{path.suffix}")
    other.write_bytes(content)
    shutil.copymode(path, other)
    os.replace(other, path)
    return True


def _leave_their_place() -> int:
    """Pages ask for renditions whose names tell the original's no more. The files stay for mails that name them, and are
    deleted with their picture."""
    told = SiteRendition.objects.filter(image__file__startswith=f"{ORIGINALS}/").exclude(file__regex=UNGUESSABLE)
    for pk in _keys(told.filter(filter_spec__in=ADMIN_ONLY)):
        SiteRendition.objects.get(pk=pk).delete()
    waiting = told.exclude(focal_point_key__startswith=FORMER)
    return waiting.update(focal_point_key=Concat(Value(FORMER), "focal_point_key"))


def _stray_originals() -> int:
    known = set(SiteImage.objects.exclude(file__startswith=f"{ORIGINALS}/").values_list("file", flat=True))
    return sum(f"original_images/{path.name}" not in known for path in _files("original_images"))
