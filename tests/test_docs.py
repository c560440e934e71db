"""The documents stay true: what they name exists, and what they tell an operator to do works."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.served import ROOT, STARTER_PAGES, copy_site, environment, manage

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text() for path in DOCUMENTS}


@pytest.mark.parametrize("name", TEXT)
def test_every_command_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", TEXT[name]))
    assert named <= set(get_commands())
    targets = set(
        re.findall(
            r"`?make ([a-z]+)`?(?=[`\s,;.]|$)", "\n".join(re.findall(r"`make [^`]*`|^    make .*$", TEXT[name], re.M))
        )
    )
    assert targets <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))


@pytest.mark.parametrize("name", TEXT)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT[name]):
        if not target.startswith("http"):
            assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", TEXT)
def test_every_file_that_is_named_exists(name: str) -> None:
    for path in re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.[a-z]+)?)`", TEXT[name]):
        if not path.startswith(("data/", "screenshots/")):
            assert (ROOT / path).exists(), path


def test_every_setting_is_documented_and_no_other() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "cop_site/settings.py").read_text()))
    table = TEXT["docs/operators.md"].split("## Environment")[1].split("## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.M)) == read | _database_and_mail()


def _database_and_mail() -> set[str]:
    """django-environ's own names for env.db() and env.email()."""
    text = (ROOT / "cop_site/settings.py").read_text()
    return {name for name, call in (("DATABASE_URL", "env.db("), ("EMAIL_URL", "env.email(")) if call in text}


def test_the_exit_codes_of_check_are_as_documented(new_site: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy_site(new_site, tmp_path) / "search")
    assert manage(tmp_path, "search_index", "check").returncode == 2
    assert manage(tmp_path, "search_index", "sync").returncode == 0
    assert manage(tmp_path, "search_index", "check").returncode == 0


def test_back_up_and_restore_as_documented(new_site: Path, tmp_path: Path) -> None:
    data = copy_site(new_site, tmp_path / "data")
    (data / "media/images").mkdir(parents=True, exist_ok=True)
    (data / "media/images/kept.png").write_bytes(b"picture")
    section = TEXT["docs/operators.md"].split("## Back-up and restore")[1].split("## ")[0]
    for line in re.findall(r"^    (.+)$", section, re.M):
        command = [sys.executable if word == ".venv/bin/python" else word for word in shlex.split(line)]
        subprocess.run(command, cwd=tmp_path, env=environment(data), check=True)
    shutil.rmtree(data)
    data.mkdir()
    (tmp_path / "backup.sqlite3").rename(data / "db.sqlite3")
    (tmp_path / "backup-media").rename(data / "media")
    again = manage(data, "prepare")
    assert (again.returncode, again.stdout) == (0, "")
    assert manage(data, "search_index", "rebuild").stdout.startswith(f"{STARTER_PAGES} pages")
    assert manage(data, "search_index", "check").returncode == 0
    assert (data / "media/images/kept.png").read_bytes() == b"picture"
