"""kill -9 in the middle of writes, rebuilds and folds: the index opens, and the change log makes it whole."""

import pickle
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from search.embedded.store import POINTER
from search.engine import engine
from search.models import Change
from search.sources import documents_for
from tests.factories import OrganisationFactory, case_study
from tests.search.site import assert_same_as_database, forget_age, found, newest

ROOT = Path(__file__).parents[2]


MOMENT = 300  # calls of functions: a step has about as many


def killed_at(doing: str, times: int, calls: int, folder: Path, log: Path) -> None:
    """Run the writer until it is killed, a moment after it has begun to do this for the given time."""
    command = [sys.executable, "-m", "tests.search.writer", str(folder), str(log), doing, str(times), str(calls)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL


@pytest.mark.django_db
def test_killed_while_writing_rebuilding_and_folding(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, tmp_path: Path
) -> None:
    organisation = OrganisationFactory()
    pages = [
        case_study(listing, f"Walnut {number}", organisation=organisation, body="many words " * 500)
        for number in range(60)
    ]
    rows = dict(Change.objects.values_list("page_id", "sequence"))
    pairs = sorted((rows[entry.page_id], entry) for entry in documents_for(page.pk for page in pages))
    log = tmp_path / "log.pickle"
    log.write_bytes(pickle.dumps(pairs))
    forget_age()
    folder = Path(settings.SEARCH_DIR)
    rng = random.Random(1)
    behind, half_folded = False, 0
    # Each takes so many steps at least before the next begins; rebuilding is killed in its second round.
    most = {"rebuilding": 31, "writing": 28, "folding": 20}
    for doing in tuple(most) * 3:
        times = rng.randint(1, most[doing]) + 31 * (doing == "rebuilding")
        killed_at(doing, times, rng.randint(1, MOMENT), folder, log)
        engine.cache_clear()
        here = sqlite3.connect(folder / (folder / POINTER).read_text())
        assert here.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        here.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
        meta = dict(here.execute("SELECT key, value FROM meta"))
        half_folded += doing == "folding" and meta["folded"] < meta["revision"]
        here.close()
        held = engine().sequence()
        assert held <= newest()
        behind |= held < newest()
        assert len(engine().stored()) == sum(sequence <= held for sequence, _ in pairs)
        engine().sync()
        assert found("walnut") == {page.pk for page in pages}
        assert_same_as_database()
    assert behind
    assert half_folded >= 2
    # What the killed rebuilds left behind goes with the next one that ends.
    engine().rebuild()
    assert len(list(folder.glob("search-*.sqlite3"))) == 2
    assert_same_as_database()
