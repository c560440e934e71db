"""The documents stay true: what they name exists, and what they tell an operator to do works."""

import re
import shlex
import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.apps import our_apps
from tests.served import ROOT, copy_site, manage

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOUND_ELSEWHERE = {"FACETS", "ReportView"}  # of page types; of Wagtail
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


def held(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows each table has, and how many bytes each upload."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    media = folder / "media"
    return rows, {str(path.relative_to(media)): path.stat().st_size for path in media.rglob("*") if path.is_file()}


def test_a_drill_the_site_is_lost_and_restored_as_documented(new_site: Path, tmp_path: Path) -> None:
    """On a new machine, with the counts of before."""
    data = copy_site(new_site, tmp_path / "data")
    (data / "media/images").mkdir(parents=True, exist_ok=True)
    (data / "media/images/kept.png").write_bytes(b"picture")
    before = held(data)
    section = TEXT["docs/operators.md"].split("## Back-up and restore")[1].split("## ")[0]
    back_up, restore = (shlex.split(line)[1:] for line in re.findall(r"^    (manage.py .+)$", section, re.M))
    assert (back_up[0], restore[0]) == ("backup", "restore")
    file = str(tmp_path / Path(back_up[1]).name)
    assert manage(data, "backup", file).returncode == 0
    assert Path(file).stat().st_mode & 0o077 == 0
    shutil.rmtree(data)
    restored = manage(data, "restore", file)
    assert restored.returncode == 0, restored.stderr
    assert held(data) == before
    assert before[0]["home_homepage"] == 1
    assert manage(data, "search_index", "check").returncode == 0


def test_the_ten_changes_name_what_is_there() -> None:
    table = TEXT["docs/developers.md"].split("## Ten changes")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!To…|---)[^|]+\| (.+) \|$", table, re.M)
    assert len(rows) == 10
    for row in rows:
        quoted = re.findall(r"`([^`]+)`", row)
        paths = [ROOT / name for name in quoted if "/" in name]
        code = "".join(path.read_text() for path in paths if path.is_file())
        for name in (name for name in quoted if "/" not in name and name not in FOUND_ELSEWHERE):
            assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", code), f"{name}: {row}"


def test_the_floors_are_those_that_are_checked() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    printed = re.findall(r"^\| (`[^|]+`) \|", TEXT["docs/developers.md"].split("| Floor |")[1].split("\n\n")[0], re.M)
    checked = [sorted(layer.split(" | ")) for layer in contract["layers"]]
    assert [sorted(re.findall(r"`(\w+)`", floor)) for floor in printed] == checked
    assert sorted(app for floor in checked for app in floor) == sorted(our_apps())
