"""A site is backed up and restored; what cannot be restored leaves all as it was. tests/test_docs.py has the drill."""

import json
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import environ
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from bulletins.sending.models import Sending
from caching.version import current
from community.models import AppliedGrant
from cop_site import backups, database_copies
from cop_site.management.commands.restore import write_keys
from home.models import ContentPage, HomePage
from mail.models import OutgoingMail


@pytest.fixture
def media(tmp_path: Path, settings: LazySettings) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "data" / "media")
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True)
    (folder / "old.txt").write_text("old")
    return folder


@pytest.fixture
def file(media: Path, tmp_path: Path, db: None) -> Path:
    call_command("backup", str(tmp_path / "site.zip"), stdout=StringIO())
    return tmp_path / "site.zip"


@pytest.mark.dialect
def test_a_filled_site_is_replaced_only_on_request(
    committed: None, home: HomePage, media: Path, tmp_path: Path
) -> None:
    """Rows and uploads are those of the back-up, no answer from before is kept, no issue goes out a second time, and
    roles have what they got since."""
    file = tmp_path / "site.zip"
    issue = Sending.objects.create(title="Winter", state=Sending.State.SENDING, at=timezone.now())
    mail = OutgoingMail.objects.create(kind="password_reset", recipient="ada@example.com")
    applied = AppliedGrant.objects.count()
    AppliedGrant.objects.filter(role="Editors", permission="wagtailadmin.access_admin").delete()  # of a later release
    call_command("backup", str(file), stdout=StringIO())
    home.add_child(instance=ContentPage(title="Later", slug="later"))
    (media / "new.txt").write_text("new")
    with pytest.raises(CommandError, match="has content already"):
        call_command("restore", str(file))
    assert ContentPage.objects.exists()
    version = current()
    assert version
    out = StringIO()
    call_command("restore", str(file), "--replace", stdout=out)
    assert not ContentPage.objects.exists()
    assert [path.name for path in media.iterdir()] == ["old.txt"]
    assert [path.name for path in media.parent.iterdir()] == ["media"]
    after = current()
    assert after
    assert after.number > version.number
    issue.refresh_from_db()
    assert (issue.state, "“Winter”" in out.getvalue()) == (Sending.State.PAUSED, True)
    mail.refresh_from_db()
    assert (mail.state, "waiting: 1." in out.getvalue()) == (OutgoingMail.State.FAILED, True)
    assert AppliedGrant.objects.count() == applied
    # The way back is part of the database's own life: it takes new rows.
    HomePage.objects.get(pk=home.pk).add_child(instance=ContentPage(title="Again", slug="again"))


def changed(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def about(**values: object) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[backups.ABOUT] = json.dumps(json.loads(parts[backups.ABOUT]) | values).encode()

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (about(format=2), "A newer version"),
        (about(database="oracle"), "is of oracle"),
        (about(migrations=[["home", "9999_later"]]), "it has home.9999_later"),
        (about(uploads=7), "uploads are missing"),
        (lambda parts: parts.update({"media/../../x": b""}), "a strange name"),
        (lambda parts: parts.update({backups.DATABASE: b"nothing"}), "damaged"),
        (lambda parts: parts.pop(backups.ABOUT), "no back-up of this site"),
    ],
)
def test_what_is_no_whole_back_up_is_refused(
    change: Callable[[dict[str, bytes]], None], problem: str, file: Path, media: Path
) -> None:
    changed(file, change)
    with pytest.raises(CommandError, match=problem):
        call_command("restore", str(file), "--replace")
    assert (media / "old.txt").read_text() == "old"


@pytest.mark.parametrize("spoil", ["cut off", "one byte", "no file"])
def test_a_file_that_was_damaged_is_refused(spoil: str, file: Path) -> None:
    data = bytearray(file.read_bytes())
    if spoil == "one byte":
        data[data.index(b"old", data.index(b"media/old.txt"))] ^= 1  # the upload itself
        data[len(data) // 3] ^= 1
    file.write_bytes(data[: -len(data) // 2] if spoil == "cut off" else data)
    if spoil == "no file":
        file.unlink()
    with pytest.raises(CommandError, match="can be read"):
        call_command("restore", str(file), "--replace")


def test_where_the_database_cannot_be_replaced_the_uploads_stay_too(
    file: Path, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise database_copies.NotCopied("SQLite says: the disk is full.")

    (media / "new.txt").write_text("new")
    monkeypatch.setattr(database_copies, "put_back", fail)
    with pytest.raises(CommandError, match=r"Nothing was changed\. SQLite says: the disk is full\."):
        call_command("restore", str(file), "--replace")
    assert {path.name for path in media.iterdir()} == {"old.txt", "new.txt"}


def test_nothing_is_overwritten_and_nothing_is_left_of_a_back_up_that_fails(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    other = file.with_name("other.zip")
    monkeypatch.setattr(database_copies, "vendor", lambda: "mysql")
    with pytest.raises(CommandError, match="are not backed up here"):
        call_command("backup", str(other))
    assert sorted(path.name for path in file.parent.iterdir()) == ["data", "site.zip"]


def test_keys_come_along_by_choice(
    db: None, media: Path, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a # 'key' = $x", ["b", "c"]
    settings.ENV_FILE = tmp_path / ".env"
    settings.ENV_FILE.write_text("PORT=8001\nSECRET_KEY=other\n")
    call_command("backup", str(tmp_path / "with.zip"), "--keys", stdout=StringIO())
    with backups.opened(tmp_path / "with.zip") as backup:
        write_keys(backup.keys())
    monkeypatch.setattr(environ.Env, "ENVIRON", {})  # what is read there stays there
    environ.Env.read_env(settings.ENV_FILE)
    env = environ.Env()
    assert (env.int("PORT"), env.str("SECRET_KEY"), env.list("SECRET_KEY_FALLBACKS")) == (
        8001,
        "a # 'key' = $x",
        ["b", "c"],
    )
    assert settings.ENV_FILE.stat().st_mode & 0o077 == 0
    call_command("backup", str(tmp_path / "without.zip"), stdout=StringIO())
    assert backups.KEYS not in zipfile.ZipFile(tmp_path / "without.zip").namelist()


@pytest.mark.dialect
def test_without_postgresql_s_programs_it_says_which_are_missing(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_copies, "vendor", lambda: "postgresql")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump is not on this machine"):
        call_command("backup", str(tmp_path / "site.zip"))
