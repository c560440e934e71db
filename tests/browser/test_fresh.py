"""An edit in one process is seen at once by every reader of every other."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.browser.served import LIMIT, Served
from tests.served import ROOT, environment

pytestmark = pytest.mark.browser
PATH = "/case-studies/st-giles-trust-sos/"
READERS = 24  # connections of their own, so that each worker has its turn


def titles(site: Served) -> set[str]:
    found = set()
    for _ in range(READERS):
        with urllib.request.urlopen(site.at(PATH), timeout=LIMIT) as response:
            found.add(response.read().decode().split("<title>")[1].split(" –")[0])
    return found


RENAME = """
import sys
from casestudies.models import CaseStudyPage
page = CaseStudyPage.objects.get(slug="st-giles-trust-sos")
before, page.title = page.title, {title!r}
page.save_revision().publish()
print("published", flush=True)
sys.stdin.read()
page.title = before
page.save_revision().publish()
"""


@contextmanager
def renamed(site: Served, title: str) -> Iterator[None]:
    """Publish the page under another title from a process of its own, and put the old one back."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", RENAME.format(title=title)]
    env = environment(site.log.parent, urlsplit(site.url).port or 80)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=env, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == b"published\n"
        yield
    assert process.returncode == 0


def test_an_edit_in_another_process_is_seen_at_once(site: Served) -> None:
    before = titles(site)
    assert len(before) == 1
    with renamed(site, "Renamed a moment ago"):
        assert titles(site) == {"Renamed a moment ago"}
    assert titles(site) == before
