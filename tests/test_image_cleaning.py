"""A site whose pictures were stored by a release that kept what cameras write into them."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from PIL import Image
from wagtail.images.models import Filter, SourceImageIOError

from casestudies.models import CaseStudyIndexPage
from core import image_cleaning
from core.image_files import CleanImageFile, without_metadata
from core.models import SiteImage, SiteRendition
from tests.factories import case_study
from tests.images import FORMATS, huge_png, picture, told

pytestmark = pytest.mark.django_db
SPEC = "fill-1072x536|format-jpeg|jpegquality-70"  # of e-bulletins


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()  # renditions of another test's picture with the same key
    return Path(settings.MEDIA_ROOT)


def as_before(content: bytes, name: str = "acacia-road.jpg", **values: object) -> SiteImage:
    """A picture as it was stored before."""
    image = SiteImage.objects.create(title="A refuge", file=CleanImageFile(content, name=name), **values)
    former = default_storage.save(f"original_images/{name}", ContentFile(content))
    default_storage.delete(image.file.name)
    SiteImage.objects.filter(pk=image.pk).update(file=former)
    return SiteImage.objects.get(pk=image.pk)


def rendition(image: SiteImage, spec: str = SPEC, content: bytes = b"", key: str = "2e16d0ba") -> SiteRendition:
    """A rendition as it was made before: its name tells the original's, and it has EXIF."""
    name = default_storage.save(f"images/acacia-road.{spec[:8]}.jpg", ContentFile(content or picture(size=(60, 30))))
    row = SiteRendition(image=image, filter_spec=spec, focal_point_key=key, width=60, height=30)
    row.save()
    SiteRendition.objects.filter(pk=row.pk).update(file=name)
    return SiteRendition.objects.get(pk=row.pk)


def clean() -> tuple[str, str]:
    said: list[str] = []
    warned: list[str] = []
    image_cleaning.clean_images(said.append, warned.append)
    return "\n".join(said), "\n".join(warned)


def files(media: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in media.rglob("*") if path.is_file()}


@pytest.mark.dialect
@pytest.mark.parametrize("extension", FORMATS)
def test_what_is_stored_is_cleaned_once(extension: str, media: Path) -> None:
    image = as_before(picture(extension, orientation=6), f"acacia-road.{extension}", focal_point_x=5)
    rendition(image)
    said, warned = clean()
    assert said == "Pictures: metadata removed from 1 originals and 1 other files; 1 renditions get new names."
    assert warned == ""
    left = files(media)
    assert len(left) == 2
    assert [path for path, content in left.items() if told(content)] == []
    image.refresh_from_db()
    assert image.filename == f"acacia-road.{extension}"
    assert (image.width, image.height, image.focal_point_x) == Image.open(image.file.path).size + (5,)  # noqa: RUF005
    assert image.file_size == Path(image.file.path).stat().st_size
    assert clean() == ("", "")
    assert files(media) == left


def test_a_url_in_an_old_mail_keeps_answering_and_pages_get_another(
    client: Client, listing: CaseStudyIndexPage, media: Path
) -> None:
    image = as_before(picture(size=(900, 600)), alt_text="A door")
    shown = rendition(image, "fill-720x600|format-webp", key=_key(image))
    page = case_study(listing, "HasImage", picture=image)
    assert shown.url in client.get(page.url).content.decode()
    clean()
    assert told(b"".join(client.get(shown.url))) == []
    html = client.get(page.url).content.decode()
    assert "acacia" not in html
    assert "/media/images/" in html
    SiteImage.objects.get().delete()
    assert not SiteRendition.objects.exists()


def _key(image: SiteImage) -> str:
    return str(Filter("fill-720x600|format-webp").get_cache_key(image))


def test_full_size_copies_that_the_admin_made_go(
    media: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    image = as_before(picture())
    for spec in ("original", "max-165x165", "max-800x600", SPEC):
        rendition(image, spec)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        clean()
    assert [row.filter_spec for row in SiteRendition.objects.all()] == [SPEC]
    assert len(list((media / "images").iterdir())) == 1


def test_files_that_belong_to_nothing_are_cleaned_too(media: Path) -> None:
    for name in ("images/gone.width-300.jpg", "avatar_images/avatar_1_me.jpg"):
        default_storage.save(name, ContentFile(picture()))
    default_storage.save("images/kept.png", ContentFile(b"no picture"))
    said, _ = clean()
    assert "0 originals and 2 other files" in said
    assert [path for path, content in files(media).items() if told(content)] == []
    assert (media / "images/kept.png").read_bytes() == b"no picture"
    assert clean() == ("", "")


def test_a_rendition_without_metadata_is_not_encoded_again(media: Path) -> None:
    image = as_before(picture())
    plain = without_metadata(io.BytesIO(picture("webp")), None)
    row = rendition(image, content=plain)
    clean()
    assert Path(row.file.path).read_bytes() == plain


def test_what_cannot_be_cleaned_is_named_and_stays(media: Path, client: Client) -> None:
    cut, gone, fine = as_before(picture()[:-300]), as_before(picture(), "b.jpg"), as_before(picture(), "c.jpg")
    Path(gone.file.path).unlink()
    kept = rendition(gone)
    default_storage.save("original_images/stray.jpg", ContentFile(picture()))
    said, warned = clean()
    assert "1 originals and 1 other files; 0 renditions" in said
    assert f"Picture {cut.pk} (A refuge) was not cleaned: its file is damaged." in warned
    assert f"Picture {gone.pk} (A refuge) was not cleaned: its file is missing." in warned
    assert "1 files in media/original_images belong to no picture." in warned
    assert told(Path(kept.file.path).read_bytes()) == []
    assert SiteImage.objects.get(pk=fine.pk).is_clean
    with pytest.raises(SourceImageIOError):  # which templates take for a picture that is not there
        cut.get_rendition("width-20")
    # A page goes on showing what there is, and the rest is shown to nobody.
    assert SiteRendition.objects.get(pk=kept.pk).focal_point_key == kept.focal_point_key
    for path in (media / "original_images").iterdir():
        assert client.get(f"/media/original_images/{path.name}").status_code == 404
    assert clean() == ("", warned)


def test_a_picture_of_too_many_pixels_that_is_there_already_is_cleaned_and_kept() -> None:
    image = as_before(huge_png(6500), "huge.png")
    assert clean()[1] == ""
    image.refresh_from_db()
    assert (image.is_clean, image.width) == (True, 6500)


def test_who_replaces_the_picture_meanwhile_wins(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = as_before(picture())

    def slow(*args: object, **options: object) -> bytes:
        content = without_metadata(*args, **options)  # type: ignore[arg-type]
        SiteImage.objects.filter(pk=image.pk).update(file="originals/newer.jpg")
        return content

    monkeypatch.setattr("core.image_cleaning.without_metadata", slow)
    assert clean()[0] == ""
    assert SiteImage.objects.get().file.name == "originals/newer.jpg"
    assert not (media / "originals/acacia-road.jpg").exists()


def test_the_command_and_prepare_clean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    image = as_before(picture())
    call_command("clean_images")
    assert "1 originals" in capsys.readouterr().out
    image.refresh_from_db()
    assert image.is_clean
    as_before(picture())
    for part in ("collect", "load_starter"):
        monkeypatch.setattr(f"cop_site.management.commands.prepare.{part}", lambda: None)
    call_command("prepare")
    assert "1 originals" in capsys.readouterr().out
