"""The site as people start it: `manage.py` in a process of its own, with a data folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the machine or the tests have set and the served site must not see.
NOT_PASSED_ON = {"DJANGO_SETTINGS_MODULE", "ELASTICSEARCH_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS"}


STARTER_PAGES = 23  # that search knows of a new site


def environment(folder: Path, port: int = 8000, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    # Set and not only dropped: a developer's .env may name a database that no test may touch.
    data = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "DEBUG": "false"}
    data["ELASTICSEARCH_URL"] = ""
    site = {"SECRET_KEY": "s" * 60, "PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"}
    return kept | data | site | more


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False)


def make_site(folder: Path) -> str:
    """Fills a data folder as `make run` does on a fresh machine; what that printed."""
    done = manage(folder, "prepare")
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_site(made: Path, folder: Path) -> Path:
    """A data folder of its own with what the other holds: making one takes a quarter of a minute."""
    return Path(shutil.copytree(made, folder, dirs_exist_ok=True))
