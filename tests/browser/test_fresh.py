"""An edit in one process is seen at once by every reader of every other."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.browser.served import Served
from tests.served import ROOT, environment

pytestmark = pytest.mark.browser
PATH = "/case-studies/st-giles-trust-sos/"
READERS = 24  # connections of their own, so that each worker has its turn


def titles(site: Served) -> set[str]:
    found = set()
    for _ in range(READERS):
        with urllib.request.urlopen(site.at(PATH), timeout=10) as response:
            found.add(response.read().decode().split("<title>")[1].split(" –")[0])
    return found


@contextmanager
def renamed(site: Served, title: str) -> Iterator[None]:
    """Publish the page under another title from a process of its own, and put the old one back."""

    def publish(new: str) -> str:
        code = (
            "from casestudies.models import CaseStudyPage as C;"
            "page = C.objects.get(slug='st-giles-trust-sos'); print(page.title);"
            f"page.title = {new!r}; page.save_revision().publish()"
        )
        env = environment(site.log.parent, urlsplit(site.url).port or 80)
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    before = publish(title)
    yield
    publish(before)


def test_an_edit_in_another_process_is_seen_at_once(site: Served) -> None:
    before = titles(site)
    assert len(before) == 1
    with renamed(site, "Renamed a moment ago"):
        assert titles(site) == {"Renamed a moment ago"}
    assert titles(site) == before
