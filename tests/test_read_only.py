"""DATA_DIR is read-only, or its disk is full: 503 in words, never 500, and what was there stays."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import UploadedFile

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.relayed import RelayedQuestion
from cop_site.errors import cannot_write
from cop_site.logs import OneLine
from core.models import SiteDocument, SiteImage
from search.embedded import engine as embedded
from search.embedded.engine import EmbeddedEngine
from tests.asking import ask, assert_kept
from tests.factories import case_study
from tests.images import picture
from tests.test_decisions import form
from tests.test_image_uploads import stored
from tests.test_roles import person

pytestmark = pytest.mark.django_db
Send = Callable[[Client], Any]


def document() -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.txt", b"A plan.")


def image() -> SimpleUploadedFile:
    return SimpleUploadedFile("refuge.png", picture("png"))


def uploads(name: str, app: str, kind: str, file: Callable[[], SimpleUploadedFile]) -> dict[str, Send]:
    """Wagtail's three forms that take a new file of this kind."""
    values = {"title": "A", "collection": 1}
    chosen = {f"{kind}-chooser-upload-{field}": value for field, value in values.items()}
    return {
        f"a {name}": lambda client: client.post(reverse(f"{app}:add"), values | {"file": file()}),
        f"{name}s": lambda client: client.post(
            reverse(f"{app}:add_multiple"),
            values | {"files[]": file()},
            headers={"X-Requested-With": "XMLHttpRequest"},
        ),
        f"a {name} in the chooser": lambda client: client.post(
            reverse(f"{app}_chooser:create"), chosen | {f"{kind}-chooser-upload-file": file()}
        ),
    }


SENT: dict[str, Send] = {
    **uploads("picture", "wagtailimages", "image", image),
    **uploads("document", "wagtaildocs", "document", document),
    "another file for a picture": lambda client: client.post(
        reverse("wagtailimages:edit", args=[SiteImage.objects.get().pk]),
        {"title": "Changed", "collection": 1, "file": image()},
    ),
    "a photograph of oneself": lambda client: client.post(
        reverse("wagtailadmin_account"),
        {
            "avatar-avatar": image(),
            "name_email-email": "admin@example.com",
            "name_email-first_name": "A",
            "name_email-last_name": "B",
            "locale-current_time_zone": "UTC",
            "theme-theme": "system",
            "theme-contrast": "system",
            "theme-density": "default",
        },
    ),
}


@pytest.fixture
def before(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteImage:
    """A picture that was stored while there was room."""
    settings.MEDIA_ROOT = tmp_path / "media"
    found = stored(picture("png", size=(20, 10)), "before.png")

    def refused(self: FileSystemStorage, name: str, content: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system", self.path(name))

    monkeypatch.setattr(FileSystemStorage, "_save", refused)
    return found


@pytest.mark.parametrize("sent", SENT)
def test_an_upload_is_answered_in_words(sent: str, before: SiteImage, admin_client: Client) -> None:
    admin_client.raise_request_exception = False
    response = SENT[sent](admin_client)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "cannot store files just now" in response.content.decode()
    transaction.set_rollback(False)  # the transaction is the test's; in life there is none
    image = SiteImage.objects.get()
    assert (image.title, image.file.name) == (before.title, before.file.name)
    assert image.file.storage.exists(image.file.name)
    assert not SiteDocument.objects.exists()
    assert not UploadedFile.objects.exists()


def test_which_errors_mean_that_nothing_can_be_written(settings: LazySettings) -> None:
    ours, others = str(settings.DATA_DIR / "media" / "a.png"), "/etc/a.conf"
    for number in (errno.EROFS, errno.ENOSPC, errno.EDQUOT):
        assert cannot_write(OSError(number, "no room"))
    for number in (errno.EACCES, errno.EPERM, errno.EIO):
        assert cannot_write(OSError(number, "refused", ours))
        assert not cannot_write(OSError(number, "refused", others))
        assert not cannot_write(OSError(number, "refused"))
    for error in (FileNotFoundError(errno.ENOENT, "gone", ours), ConnectionResetError(), ValueError(), None):
        assert not cannot_write(error)


def test_the_log_has_a_line_and_no_traceback(
    caplog: pytest.LogCaptureFixture, before: SiteImage, admin_client: Client
) -> None:
    admin_client.raise_request_exception = False
    SENT["a picture"](admin_client)
    (record,) = [row for row in caplog.records if row.name == "django.request" and row.levelname == "ERROR"]
    OneLine().filter(record)
    assert "Read-only file system" in record.getMessage()
    assert record.exc_info is None


@pytest.fixture
def outbox(settings: LazySettings, tmp_path: Path) -> Path:
    """The folder of the outbox. It cannot be made: a file stands where its parent should be."""
    settings.EMAIL_BACKEND = "cop_site.outbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "data" / "outbox"
    settings.EMAIL_FILE_PATH.parent.write_text("no folder")
    return Path(settings.EMAIL_FILE_PATH)


def test_mail_that_cannot_be_written_is_like_a_mail_server_that_does_not_answer(outbox: Path) -> None:
    mail = EmailMessage("Subject", "Body", "from@example.com", ["to@example.com"])
    connection = get_connection()
    for send in (connection.open, mail.send):
        with pytest.raises(ConnectionError, match="outbox cannot be written"):
            send()
    outbox.parent.unlink()
    assert mail.send() == 1
    (file,) = outbox.iterdir()
    assert "Subject: Subject" in file.read_text()


def test_a_full_disk_is_the_same(outbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.parent.unlink()
    connection = get_connection()
    connection.open()

    def full(message: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(connection, "write_message", full)
    with pytest.raises(ConnectionError, match="No space"):
        connection.send_messages([EmailMessage("Subject", "Body", "from@example.com", ["to@example.com"])])


def test_a_question_to_a_contact_keeps_its_words(outbox: Path, example_page: CaseStudyPage, client: Client) -> None:
    response = ask(client, example_page)
    assert response.status_code == 503
    assert_kept(response)
    assert not RelayedQuestion.objects.filter(sent=True).exists()


def test_a_page_is_submitted_although_nobody_can_be_told(outbox: Path, listing: CaseStudyIndexPage) -> None:
    person("Moderators")
    editor, client = person("Editors"), Client()
    client.force_login(editor)
    page = case_study(listing, "Waiting", live=False, owner=editor)
    page.save_revision()
    assert (
        client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(page, {"action-submit": "1"})).status_code
        == 302
    )
    page.refresh_from_db()
    assert page.current_workflow_state.status == "in_progress"


def test_a_search_answers_although_the_index_cannot_take_anything_in(
    index: EmbeddedEngine, listing: CaseStudyIndexPage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_study(listing, "Walnut")
    index.sync()
    case_study(listing, "Hazelnut")

    def refused(*values: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(embedded, "tidy", refused)
    monkeypatch.setattr(index.store, "write", refused)
    assert client.get("/search/?q=walnut&format=json").json()["total"] == 1
