import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, PngImagePlugin

from core.image_files import has_metadata, without_metadata
from tests.images import FORMATS, PROFILE, XMP, exif, huge_png, picture, told


def cleaned(content: bytes, most_pixels: int | None = 40_000_000) -> Image.Image:
    return Image.open(io.BytesIO(without_metadata(io.BytesIO(content), most_pixels)))


@pytest.mark.parametrize("extension", FORMATS)
def test_metadata_goes_and_the_colour_profile_stays(extension: str) -> None:
    content = picture(extension)
    assert told(content)
    assert has_metadata(io.BytesIO(content))
    clean = without_metadata(io.BytesIO(content + XMP), None)
    assert told(clean) == []
    assert not has_metadata(io.BytesIO(clean))
    image = Image.open(io.BytesIO(clean))
    assert (image.format, image.size) == (FORMATS[extension], (48, 32))
    if extension != "gif":  # which Pillow gives none
        assert image.info["icc_profile"] == PROFILE
    assert without_metadata(io.BytesIO(clean), None)[:4] == clean[:4]


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "avif"])
def test_a_picture_is_turned_as_it_was_held(extension: str) -> None:
    image = cleaned(picture(extension, orientation=6)).convert("RGB")
    assert image.size == (32, 48)
    red, _, blue = image.getpixel((4, 6))  # type: ignore[misc]
    assert red > 200 > 60 > blue  # what was left is above
    assert not image.getexif()


@pytest.mark.parametrize("extension", ["gif", "png", "webp", "avif"])
def test_an_animation_survives(extension: str) -> None:
    content = picture(extension, frames=3)
    clean = without_metadata(io.BytesIO(content), None)
    assert told(clean) == []
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(clean))
    for frame in range(3):
        before.seek(frame)
        after.seek(frame)
        assert after.convert("RGB").getpixel((2, 28)) == pytest.approx(before.convert("RGB").getpixel((2, 28)), abs=12)
        assert after.info["duration"] == 100 * (frame + 1)
    with pytest.raises(EOFError):
        after.seek(3)


def test_a_jpeg_keeps_its_quality() -> None:
    content = io.BytesIO()
    Image.effect_noise((64, 64), 40).convert("RGB").save(content, "JPEG", quality=96, subsampling=0, comment=b"Mine")
    before, after = Image.open(content), cleaned(content.getvalue())
    assert after.quantization == before.quantization  # type: ignore[attr-defined]
    assert after.layer == before.layer  # type: ignore[attr-defined]
    changes = [abs(a - b) for a, b in zip(before.convert("L").tobytes(), after.convert("L").tobytes(), strict=True)]
    assert sum(changes) / len(changes) < 1


def test_a_webp_without_loss_stays_so() -> None:
    content = io.BytesIO()
    image = Image.effect_noise((40, 40), 60).convert("RGB")
    image.save(content, "WEBP", lossless=True, exif=exif())
    assert cleaned(content.getvalue()).convert("RGB").tobytes() == image.tobytes()


def test_of_several_pictures_in_one_jpeg_the_first_is_kept() -> None:
    content, image = io.BytesIO(), Image.effect_noise((40, 30), 60).convert("RGB")
    image.save(content, "MPO", save_all=True, append_images=[image.resize((20, 15))], exif=exif(), xmp=XMP)
    assert Image.open(content).format == "MPO"
    clean = without_metadata(content, None)
    assert (told(clean), Image.open(io.BytesIO(clean)).format) == ([], "JPEG")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_taken(mode: str) -> None:
    file, options = io.BytesIO(), {"comment": b"Mine"} if mode == "CMYK" else {"exif": exif()}
    Image.new(mode, (9, 7)).save(file, "JPEG" if mode == "CMYK" else "PNG", **options)
    assert cleaned(file.getvalue()).size == (9, 7)


def test_exif_that_nobody_can_read_is_dropped() -> None:
    file = io.BytesIO()
    Image.new("RGB", (9, 7)).save(file, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 60)
    assert cleaned(file.getvalue()).size == (9, 7)


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_that_is_cut_off_is_an_error_in_words(extension: str, frames: int) -> None:
    content = picture(extension, frames if extension != "jpg" else 1)
    for part in (0.05, 0.3, 0.6, 0.9, 0.97):
        with pytest.raises(ValidationError, match="damaged or cut off"):
            without_metadata(io.BytesIO(content[: int(part * len(content))]), 40_000_000)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"])
def test_what_is_no_picture_is_an_error_too(content: bytes) -> None:
    with pytest.raises(ValidationError):
        without_metadata(io.BytesIO(content), None)
    assert not has_metadata(io.BytesIO(content))


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: Any) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", never)
    content = huge_png()
    assert len(content) < 20_000
    with pytest.raises(ValidationError, match="9,000 by 9,000 pixels, 81 million in all; the site takes 40 million"):
        without_metadata(io.BytesIO(content), 40_000_000)
    with pytest.raises(ValidationError, match="too many pixels"):
        without_metadata(io.BytesIO(huge_png(14_000)), None)  # Pillow's own limit


def test_the_frames_of_an_animation_count_together() -> None:
    content = picture("gif", frames=3)
    assert cleaned(content, 3 * 48 * 32)
    with pytest.raises(ValidationError, match="48 by 32 pixels in 3 frames"):
        cleaned(content, 3 * 48 * 32 - 1)
