"""Image files: which can be used, and how they are cleaned of metadata before they are stored."""

import io
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image, ImageOps, JpegImagePlugin
from wagtail.images.models import WagtailImageFieldFile
from wagtail.utils.file import hash_filelike

# Folders below MEDIA_ROOT. What is in the first has been cleaned; Wagtail's own name for it is "original_images".
ORIGINALS, RENDITIONS, AVATARS = "originals", "images", "avatar_images"
FORMATS = ["AVIF", "GIF", "JPEG", "PNG", "WEBP"]
# What Pillow reports of a file beside its metadata.
TECHNICAL = {
    *("adobe", "adobe_transform", "background", "bbox", "blend", "chromaticity", "default_image", "disposal", "dpi"),
    *("duration", "extension", "gamma", "icc_profile", "interlace", "jfif", "jfif_density", "jfif_unit", "aspect"),
    *("jfif_version", "loop", "progression", "progressive", "srgb", "timestamp", "transparency", "version"),
}
HEIC = "This is a HEIC picture, which browsers cannot show. Save it as JPEG, then upload the JPEG file."
DAMAGED = "This picture is damaged or cut off: it cannot be read to its end. Save it again, then upload it."


class CleanImageFile(ContentFile):
    """The content of an image file that has no metadata. It needs a name, or Django takes it for no file."""


class OriginalFile(WagtailImageFieldFile):
    """The file of a picture: cleaned whenever it is stored, read only through the view that checks permission."""

    def save(self, name: str, content: IO[bytes], save: bool = True) -> None:
        if not isinstance(content, CleanImageFile):
            content = CleanImageFile(without_metadata(content, settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS), name)
        self.instance.file_size, self.instance.file_hash = content.size, hash_filelike(content)
        super().save(name, content, save)

    @property
    def url(self) -> str:
        return reverse("original_image", args=[self.instance.pk])

    def get_image_dimensions(self) -> tuple[int, int]:
        """Width and height as the file's head says: Wagtail decodes the whole picture for them."""
        was_closed = self.closed
        self.open()
        try:
            return Image.open(self, formats=FORMATS).size
        finally:
            self.close() if was_closed else self.seek(0)


def rendition_name(filename: str) -> str:
    """A name that nobody can guess, and that tells nothing of the original's."""
    return f"{RENDITIONS}/{secrets.token_hex(16)}{Path(filename).suffix}"


def without_metadata(file: IO[bytes], most_pixels: int | None) -> bytes:
    """The picture, upright, with its colour profile and no other metadata. It is encoded anew, so that nothing that hides
    between or behind the pixels is kept. ValidationError where it cannot be read, or has more pixels than that."""
    try:
        file.seek(0)
        image = Image.open(file, formats=FORMATS)
        # MPO is a JPEG with other pictures behind the first, as phones make them: what is seen is the first.
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        if most_pixels and (pixels := image.width * image.height * frames) > most_pixels:
            size = f"{image.width:,} by {image.height:,} pixels" + (f" in {frames} frames" if frames > 1 else "")
            raise _too_large(f"is {size}, {pixels / 1_000_000:.0f} million in all", most_pixels)
        durations = [_duration(image, frame) for frame in range(frames)]
        if frames == 1:
            _turn_upright(image)
        return _encoded(image, durations, file)
    except Image.DecompressionBombError as error:
        raise _too_large("has too many pixels to be read", most_pixels) from error
    except ValidationError:
        raise
    except Exception as error:  # Pillow has no error of its own for a damaged file: a dozen kinds come through
        raise ValidationError(DAMAGED, code="damaged_image") from error


def has_metadata(file: IO[bytes]) -> bool:
    """Whether the head of this file holds metadata; False for what is no image."""
    try:
        return not set(Image.open(file, formats=FORMATS).info) <= TECHNICAL
    except Exception:
        return False


def _too_large(what: str, most: int | None) -> ValidationError:
    limit = f"; the site takes {most / 1_000_000:.0f} million" if most else ""
    return ValidationError(f"This picture {what}{limit}. Make it smaller, then upload it.", code="file_too_many_pixels")


def _duration(image: Image.Image, frame: int) -> int:
    """How long a frame is shown. Decodes it, so that a file that is cut off fails here."""
    image.seek(frame)
    image.load()
    return int(image.info.get("duration", 0))


def _turn_upright(image: Image.Image) -> None:
    with suppress(Exception):  # EXIF that cannot be read says nothing of how the picture was held
        ImageOps.exif_transpose(image, in_place=True)


def _encoded(image: Image.Image, durations: list[int], file: IO[bytes]) -> bytes:
    options: dict[str, Any] = {"icc_profile": image.info.get("icc_profile"), "comment": b""}
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    if kind == "JPEG":  # with the tables of the camera: as good, and as large, as it was
        options |= {"qtables": image.quantization, "subsampling": JpegImagePlugin.get_sampling(image)}  # type: ignore[attr-defined]
        options |= {"progressive": bool(image.info.get("progressive"))}
    elif kind == "WEBP":
        options |= {"quality": 90, "lossless": "VP8L" in _webp_chunks(file)}
    elif kind == "AVIF":
        options |= {"quality": 90, "speed": 9}  # the usual 6 takes six times as long to save a quarter
    if len(durations) > 1:
        image.seek(0)
        options |= {"save_all": True, "duration": durations, "loop": image.info.get("loop")}
        if kind == "PNG":  # Pillow has put each frame together already
            options |= {"blend": 0, "disposal": 0}
        if options["loop"] is None:
            del options["loop"]
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def _webp_chunks(file: IO[bytes]) -> Iterator[str]:
    """The names of the chunks of a WebP file."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        yield head[:4].decode("latin-1")
        size = int.from_bytes(head[4:], "little")
        file.seek(size + size % 2, io.SEEK_CUR)
