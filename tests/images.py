"""Small pictures that hold what cameras and programs write into them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

MAKER, COMMENT, XMP = b"A camera's maker", b"a comment of somebody", b"<x:xmpmeta>where it was</x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "gif": "GIF"}


def exif(orientation: int = 1) -> bytes:
    """What a phone writes: the maker, how it was held, and where."""
    found = Image.Exif()
    found[0x010F], found[0x0112] = MAKER.decode(), orientation
    found.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)})
    return found.tobytes()


def picture(extension: str = "jpg", frames: int = 1, orientation: int = 1, size: tuple[int, int] = (48, 32)) -> bytes:
    """A picture with all metadata that its format can hold; its left half is red and the other blue."""
    image = Image.new("RGB", size, "#0000ff")
    image.paste("#ff0000", (0, 0, size[0] // 2, size[1]))
    # Noise, so that a part of the file is a part of the picture.
    image.paste(Image.effect_noise((size[0], size[1] // 4), 90).convert("RGB"), (0, 0))
    options: dict[str, Any] = {"icc_profile": PROFILE}
    if extension != "gif":
        options["exif"] = exif(orientation)
    if extension in ("jpg", "gif"):
        options["comment"] = COMMENT
    if extension in ("jpg", "webp", "avif"):
        options["xmp"] = XMP
    if extension == "png":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", COMMENT.decode())
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    if frames > 1:
        more = [image.rotate(90 * turn) for turn in range(1, frames)]
        options |= {"save_all": True, "append_images": more, "duration": [100 * n for n in range(1, frames + 1)]}
    file = io.BytesIO()
    image.save(file, FORMATS[extension], **options)
    return file.getvalue()


def huge_png(side: int = 9000) -> bytes:
    """A file of some kilobytes with as many pixels as that square, of one bit each."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes((1 + -(-side // 8)) * side), 9)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def told(content: bytes) -> list[bytes]:
    """What of the metadata is in this file."""
    return [mark for mark in (MAKER, COMMENT, XMP) if mark in content]
