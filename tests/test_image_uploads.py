import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pillow_heif import from_pillow
from wagtail.models import Collection, CollectionViewRestriction, GroupCollectionPermission, UploadedFile
from wagtail.users.models import UserProfile

from casestudies.models import CaseStudyIndexPage
from community.models import User
from core.models import SiteDocument, SiteImage
from tests.factories import case_study
from tests.images import FORMATS, huge_png, picture, told
from tests.test_roles import person

pytestmark = pytest.mark.django_db
Upload = Callable[[Client, str, bytes], str]


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()  # renditions of another test's picture with the same key
    return Path(settings.MEDIA_ROOT)


def add(client: Client, name: str, content: bytes) -> str:
    """What the form for one picture says; nothing where the picture is stored."""
    data = {"title": "A refuge", "collection": 1, "file": SimpleUploadedFile(name, content)}
    response = client.post(reverse("wagtailimages:add"), data)
    return "" if response.status_code == 302 else " ".join(response.context["form"].errors["file"])


def add_many(client: Client, name: str, content: bytes) -> str:
    data = {"title": "A refuge", "collection": 1, "files[]": SimpleUploadedFile(name, content)}
    headers = {"X-Requested-With": "XMLHttpRequest"}
    answer = client.post(reverse("wagtailimages:add_multiple"), data, headers=headers).json()
    return "" if answer["success"] else str(answer["error_message"])


def add_in_chooser(client: Client, name: str, content: bytes) -> str:
    prefix = "image-chooser-upload"
    data = {f"{prefix}-title": "A refuge", f"{prefix}-collection": 1}
    data[f"{prefix}-file"] = SimpleUploadedFile(name, content)
    response = client.post(reverse("wagtailimages_chooser:create"), data)
    answer = json.loads(response.content)
    return "" if answer["step"] == "chosen" else str(answer["htmlFragment"])


def replace(client: Client, name: str, content: bytes) -> str:
    """The same picture gets another file."""
    image = SiteImage.objects.first() or stored(picture("png", size=(20, 10)), "before.png")
    data = {"title": "A refuge", "collection": 1, "file": SimpleUploadedFile(name, content)}
    response = client.post(reverse("wagtailimages:edit", args=[image.pk]), data)
    return "" if response.status_code == 302 else " ".join(response.context["form"].errors["file"])


UPLOADS: list[Upload] = [add, add_many, add_in_chooser, replace]


def stored(content: bytes, name: str = "refuge-acacia-road.jpg", **values: Any) -> SiteImage:
    return SiteImage.objects.create(title="A refuge", file=ImageFile(io.BytesIO(content), name=name), **values)


def is_as_stored(image: SiteImage) -> bool:
    """Whether the row says what the file is."""
    content = Path(image.file.path).read_bytes()
    size = Image.open(io.BytesIO(content)).size
    told_of = (len(content), hashlib.sha1(content).hexdigest(), size)  # noqa: S324
    return (image.file_size, image.file_hash, (image.width, image.height)) == told_of


@pytest.mark.parametrize(
    ("upload", "extension"),
    [*((add, extension) for extension in FORMATS), *((upload, "jpg") for upload in UPLOADS[1:])],
)
def test_no_upload_keeps_metadata(upload: Upload, extension: str, admin_client: Client, media: Path) -> None:
    assert upload(admin_client, f"refuge.{extension}", picture(extension, orientation=6)) == ""
    image = SiteImage.objects.get()
    assert is_as_stored(image)
    assert (image.width, image.height) == ((48, 32) if extension == "gif" else (32, 48))
    assert [told(path.read_bytes()) for path in media.rglob("*") if path.is_file() and told(path.read_bytes())] == []


def test_an_upload_whose_other_fields_come_later_is_cleaned_too(admin_client: Client, media: Path) -> None:
    data = {
        "title": "too long " * 40,
        "collection": 1,
        "files[]": SimpleUploadedFile("refuge.jpg", picture(orientation=6)),
    }
    answer = admin_client.post(reverse("wagtailimages:add_multiple"), data).json()
    pk = answer["uploaded_file_id"]
    raw = Path(UploadedFile.objects.get().file.path)
    assert admin_client.get(f"/media/wagtail_uploads/{raw.name}").status_code == 404
    url = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[pk])
    form = {f"uploaded-image-{pk}-title": "A refuge", f"uploaded-image-{pk}-collection": 1}
    assert admin_client.post(url, form).json()["success"]
    image = SiteImage.objects.get()
    assert told(Path(image.file.path).read_bytes()) == []
    assert is_as_stored(image)


def test_what_programs_store_is_cleaned_and_checked(media: Path) -> None:
    image = stored(picture(orientation=6))
    image.refresh_from_db()
    assert is_as_stored(image)
    assert (image.width, told(Path(image.file.path).read_bytes())) == (32, [])
    image.file.save("other.png", ContentFile(picture("png", size=(20, 10))))
    image.refresh_from_db()
    assert is_as_stored(image)
    assert told(Path(image.file.path).read_bytes()) == []
    for content in (huge_png(), picture()[:-300]):
        with pytest.raises(ValidationError), transaction.atomic():
            stored(content, "a.png")


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_that_is_cut_off_is_an_error_of_the_form(upload: Upload, extension: str, admin_client: Client) -> None:
    content = picture(extension)
    assert "damaged or cut off" in upload(admin_client, f"a.{extension}", content[: int(0.6 * len(content))])


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_picture_with_too_many_pixels_is_refused(upload: Upload, admin_client: Client) -> None:
    assert "81 million in all; the site takes 40 million" in upload(admin_client, "a.png", huge_png())


@pytest.mark.parametrize("upload", UPLOADS)
def test_heic_is_answered_with_what_to_do(upload: Upload, admin_client: Client) -> None:
    file = io.BytesIO()
    from_pillow(Image.new("RGB", (64, 64))).save(file)
    for name in ("IMG_1.HEIC", "IMG_1.heif", "IMG_1.jpg"):
        assert "Save it as JPEG" in upload(admin_client, name, file.getvalue())
    assert "Supported formats" in upload(admin_client, "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def test_the_uploader_s_script_knows_of_heic(admin_client: Client) -> None:
    assert (
        "Save a HEIC picture as JPEG first." in admin_client.get(reverse("wagtailimages:add_multiple")).content.decode()
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("me.jpg", picture(orientation=6), ""),
        ("me.jpg", picture(size=(900, 600)), ""),
        ("me.jpg", picture()[:-300], "damaged or cut off"),
        ("me.png", huge_png(), "81 million"),
    ],
)
def test_photographs_of_users(name: str, content: bytes, said: str, admin: User, admin_client: Client) -> None:
    data = {"avatar-avatar": SimpleUploadedFile(name, content), "name_email-email": admin.email}
    data |= {"name_email-first_name": "A", "name_email-last_name": "B", "locale-current_time_zone": "UTC"}
    data |= {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    page = admin_client.post(reverse("wagtailadmin_account"), data)
    profile = UserProfile.objects.get(user=admin)
    assert bool(profile.avatar) is not bool(said)
    if said:
        assert said in page.content.decode()
        return
    assert told(Path(profile.avatar.path).read_bytes()) == []
    assert admin_client.get(profile.avatar.url)["Cache-Control"] == "private, no-store"
    assert Client().get(profile.avatar.url).status_code == 404


def test_uploads_ask_for_one_description(admin_client: Client) -> None:
    for url in (reverse("wagtailimages:add"), reverse("wagtailimages_chooser:choose")):
        html = admin_client.get(url).content.decode()
        assert "alt_text" in html
        assert "id_description" not in html
        assert "upload-description" not in html
    image = stored(picture(), alt_text="A door with a number")
    assert image.default_alt_text == "A door with a number"
    found = admin_client.get(reverse("wagtailimages:index") + "?q=number").content.decode()
    assert "A refuge" in found


def test_the_public_gets_renditions_only(client: Client, listing: CaseStudyIndexPage, media: Path) -> None:
    image = stored(picture(size=(900, 600)), alt_text="A door")
    page = case_study(listing, "HasImage", picture=image)
    html = client.get(page.url).content.decode()
    (url,) = {part.split('"')[0] for part in html.split('src="')[1:] if part.startswith("/media/")}
    response = client.get(url)
    assert (response.status_code, response["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert "acacia" not in html
    stem = Path(url).stem
    assert (url, len(stem)) == (f"/media/images/{stem}.webp", 32)
    for file in media.rglob("*"):
        allowed = 200 if file.parent.name == "images" else 404
        if file.is_file():
            assert client.get(f"/media/{file.relative_to(media)}").status_code == allowed
    assert client.get(f"/media/ORIGINALS/{image.filename}").status_code == 404
    assert client.get(f"/media/images/../originals/{image.filename}").status_code == 404


@pytest.mark.parametrize("extension", FORMATS)
def test_no_rendition_keeps_metadata_not_even_of_an_original_that_waits_to_be_cleaned(
    extension: str, media: Path
) -> None:
    image = stored(picture("png"))
    raw = media / f"original_images/refuge.{extension}"
    raw.parent.mkdir()
    raw.write_bytes(picture(extension))
    SiteImage.objects.filter(pk=image.pk).update(file=f"original_images/{raw.name}")
    waiting = SiteImage.objects.get(pk=image.pk)
    waiting.get_rendition("width-30")
    waiting.get_renditions("fill-20x10|format-jpeg|jpegquality-70", "max-16x16|format-png")
    made = list((media / "images").iterdir())
    assert len(made) == 3
    assert [path for path in made if told(path.read_bytes())] == []


def test_an_original_is_for_who_may_use_its_collection(admin_client: Client, client: Client) -> None:
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    image = stored(picture(), collection=private)
    url = reverse("original_image", args=[image.pk])
    assert image.file.url == url
    assert client.get(url).status_code == 302  # to the page for logging in
    response = admin_client.get(url)
    assert response["Content-Type"] == "image/jpeg"
    assert "private, no-store" in response["Cache-Control"]
    assert b"".join(response) == Path(image.file.path).read_bytes()
    assert admin_client.get(reverse("original_image", args=[10**20])).status_code == 404

    editor = person("Editors")
    client.force_login(editor)
    assert client.get(url).status_code == 200
    group = Group.objects.get(name="Editors")
    elsewhere = Collection.get_first_root_node().add_child(name="Elsewhere")
    GroupCollectionPermission.objects.filter(group=group).update(collection=elsewhere)
    refused = client.get(url, headers={"X-Requested-With": "XMLHttpRequest"})
    assert refused.status_code == 403
    Path(image.file.path).unlink()
    assert admin_client.get(url).status_code == 404


def test_the_admin_links_to_the_original_and_makes_no_public_copy(admin_client: Client, media: Path) -> None:
    image = stored(picture(size=(1200, 900)))
    html = admin_client.get(reverse("wagtailimages:edit", args=[image.pk])).content.decode()
    assert f'href="{reverse("original_image", args=[image.pk])}"' in html
    assert "1200x900" in html
    sizes = [Image.open(path).size for path in (media / "images").iterdir()]
    assert sizes == [(800, 600)]


def test_documents_of_a_private_collection_are_private(client: Client, media: Path) -> None:
    private = Collection.get_first_root_node().add_child(name="Private")
    document = SiteDocument.objects.create(title="Minutes", file=ContentFile(b"x", "minutes.txt"), collection=private)
    assert client.get(document.url).status_code == 200
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    assert client.get(document.url).status_code == 302
    for folder in ("documents", "Documents", "images/../documents"):
        assert client.get(f"/media/{folder}/{Path(document.file.path).name}").status_code == 404
