"""/healthz: true about the database and the index, never kept, never an error."""

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from search.embedded.engine import EmbeddedEngine
from search.models import Change
from tests.served import ROOT, environment

pytestmark = pytest.mark.django_db
ASK = """
import django; django.setup()
from django.test import Client
response = Client(raise_request_exception=False, headers={"host": "127.0.0.1"}).get("/healthz")
print(response.status_code, response.content.decode())
"""


def test_all_is_well(index: EmbeddedEngine, client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": True,
        "search": {"engine": "embedded", "lag": 0, "fallback": False},
    }
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert client.post("/healthz").status_code == 405


def test_without_an_index_it_is_degraded(db: None, client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["search"]["lag"] is None


def test_a_change_that_waits_for_long_is_degraded(index: EmbeddedEngine, client: Client) -> None:
    Change.objects.create(page_id=1)
    body = client.get("/healthz").json()
    assert (body["status"], body["search"]["lag"]) == ("ok", 1)
    Change.objects.update(time=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    body = client.get("/healthz").json()
    assert (body["status"], body["search"]["lag"]) == ("degraded", 1)


def test_an_index_that_is_no_database_is_degraded(index: EmbeddedEngine, client: Client) -> None:
    for file in index.store.folder.glob("*.sqlite3*"):
        file.write_bytes(b"not a database" * 500)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


def test_it_asks_little(index: EmbeddedEngine, client: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        client.get("/healthz")


@pytest.mark.parametrize("broken", ["postgres://nobody:x@127.0.0.1:9/none", "sqlite:////nowhere/at/all.sqlite3"])
def test_without_the_database_it_is_503(tmp_path: Path, broken: str) -> None:
    env = environment(tmp_path, 8000) | {"DATABASE_URL": broken, "DJANGO_SETTINGS_MODULE": "cop_site.settings"}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    status, body = done.stdout.split(" ", 1)
    assert status == "503", done.stderr
    found = json.loads(body)
    assert (found["status"], found["database"]) == ("degraded", False)
    assert set(found["search"]) == {"engine", "lag", "fallback"}
