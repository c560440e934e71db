"""A host that is not prepared says so, and pages come by themselves when it is: nothing is started again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from cop_site import readiness
from cop_site.errors import NotCollected
from cop_site.static_files import StaticFiles, StaticFilesMiddleware
from home.models import HomePage
from search.embedded.engine import EmbeddedEngine

CSS = "css/site.css"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def unprepared(settings: Any, tmp_path: Path) -> StaticFiles:
    """The real storage, and a folder into which nothing has been collected."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "cop_site.static_files.StaticFiles"}}
    found = storages["staticfiles"]
    assert isinstance(found, StaticFiles)
    return found


@pytest.mark.django_db
def test_all_is_ready(index: EmbeddedEngine, client: Client) -> None:
    response = client.get("/readyz")
    parts = {"database": True, "migrations": True, "static_files": True, "search_index": True}
    assert (response.status_code, response.json()) == (200, {"ready": True, **parts})
    assert "no-store" in response["Cache-Control"]
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_without_an_index_it_is_not_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()["search_index"]) == (503, False)


@pytest.mark.django_db
def test_with_a_migration_to_come_it_is_not_ready(index: EmbeddedEngine, client: Client) -> None:
    applied = MigrationRecorder.Migration.objects.filter(app="home").order_by("-name")
    applied.filter(pk=applied[0].pk).delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, False)
    assert client.get("/healthz").json()["status"] == "degraded"


@pytest.mark.django_db
def test_static_files_that_are_collected_while_it_runs_are_found(
    unprepared: StaticFiles,
    new_site: Path,
    index: EmbeddedEngine,
    home: HomePage,
    client: Client,
    rf: RequestFactory,
) -> None:
    def missing(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404)

    middleware = StaticFilesMiddleware(missing)
    client.raise_request_exception = False
    for path in ("/", "/search/", "/nowhere/", "/admin/login/"):
        response = client.get(path)
        assert (response.status_code, response["Retry-After"]) == (503, "30"), path
    assert client.get("/readyz").json()["static_files"] is False
    assert client.get("/healthz").json()["status"] == "degraded"
    shutil.copytree(new_site / "static", settings.STATIC_ROOT)  # as `prepare` fills it
    response = client.get("/")
    assert response.status_code == 200
    assert client.get("/readyz").json()["static_files"] is True
    assert middleware(rf.get(unprepared.url(CSS))).status_code == 200
    assert middleware(rf.get("/static/css/none.css")).status_code == 404


def test_a_file_that_a_new_version_brings_is_missing_until_it_is_collected(
    unprepared: StaticFiles, settings: Any, tmp_path: Path
) -> None:
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    for name in ("old", "new"):
        (tmp_path / name / "css").mkdir(parents=True)
        (tmp_path / name / f"css/{name}.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [tmp_path / "old"]
    call_command("collectstatic", interactive=False, verbosity=0)
    assert unprepared.url("css/old.css").startswith("/static/css/old.")
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry") as error:
        unprepared.url("css/new.css")
    assert not isinstance(error.value, NotCollected)  # a word that is misspelt in a template
    settings.STATICFILES_DIRS = [tmp_path / "old", tmp_path / "new"]
    with pytest.raises(NotCollected):
        unprepared.url("css/new.css")
    call_command("collectstatic", interactive=False, verbosity=0)
    assert unprepared.url("css/new.css").startswith("/static/css/new.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [OperationalError("the connection is closed"), OperationalError("database is locked")]
)
def test_a_database_that_does_not_answer_is_503(
    home: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def broken(*words: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(HomePage, "serve", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "30", "no-store")
    assert "is not available at the moment" in response.content.decode()


@pytest.mark.django_db
def test_an_error_of_ours_stays_500(home: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (RuntimeError("broken"), ProgrammingError("no such column")):

        def broken(*words: object, error: Exception = error, **more: object) -> None:
            raise error

        monkeypatch.setattr(HomePage, "serve", broken)
        client.raise_request_exception = False
        assert client.get("/").status_code == 500
