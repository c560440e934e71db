"""The site as people start it: `manage.py` in a process of its own, with a data folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the machine or the tests have set and the served site must not see.
NOT_PASSED_ON = {"DJANGO_SETTINGS_MODULE", "ELASTICSEARCH_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS"}


def environment(folder: Path, port: int = 8000, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    # Set and not only dropped: a developer's .env may name a database that no test may touch.
    data = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "DEBUG": "false"}
    site = {"SECRET_KEY": "s" * 60, "PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"}
    return kept | data | site | more


def manage(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False)
