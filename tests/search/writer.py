"""A process that is killed: it rebuilds an index, applies a log of changes to it and folds their words in, again and again,
and ends by SIGKILL so many calls of functions after it has begun a step of one of these for the given time.

`python -m tests.search.writer FOLDER LOG rebuilding|writing|folding TIMES CALLS`, LOG being pickled pairs of a sequence and
an entry.
"""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import django

from tests.killing import killed_at


def run(folder: Path, log_file: Path, begun: Callable[[str], None]) -> None:
    django.setup()  # before anything that knows pages, as entries do
    from search.embedded import postings
    from search.embedded.maintenance import tidy
    from search.embedded.snapshot import Memory
    from search.embedded.store import Store

    whole = postings.write_rows

    def told(*values: Any) -> None:
        begun("folding")
        whole(*values)

    log = pickle.loads(log_file.read_bytes())  # noqa: S301 (written by the test)
    store = Store(folder)
    half = len(log) // 2
    while True:
        with store.rebuilding(log[half][0]) as new:
            for sequence, entry in log[: half + 1]:
                begun("rebuilding")
                new.add({entry.page_id: sequence}, [entry])
        for (before, _), (sequence, entry) in zip(log[half:], log[half + 1 :], strict=False):
            begun("writing")
            store.write({entry.page_id: sequence}, [entry], after=before, upto=sequence)
        with patch.multiple(postings, write_rows=told, CHUNK=2):
            tidy(store, Memory(), 1)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), killed_at(sys.argv[3], *map(int, sys.argv[4:])))
