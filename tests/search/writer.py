"""A process to be killed: it rebuilds an index, applies a log of changes to it and folds their words in, again and again.

`python -m tests.search.writer FOLDER LOG`, LOG being pickled pairs of a sequence and an entry.
"""

import pickle
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import django


def run(folder: Path, log_file: Path) -> None:
    django.setup()  # before anything that knows pages, as entries do
    from search.embedded import postings
    from search.embedded.memory import Memory
    from search.embedded.store import Store
    from search.embedded.tidying import tidy

    whole = postings._in_transaction

    def told(*values: Any) -> None:
        print("folding", flush=True)  # noqa: T201
        whole(*values)

    log = pickle.loads(log_file.read_bytes())  # noqa: S301 (written by the test)
    store = Store(folder)
    half = len(log) // 2
    while True:
        with store.rebuilding(log[half][0]) as new:
            for sequence, entry in log[: half + 1]:
                new.add({entry.page_id: sequence}, [entry])
                print("rebuilding", flush=True)  # noqa: T201
        for (before, _), (sequence, entry) in zip(log[half:], log[half + 1 :], strict=False):
            store.write({entry.page_id: sequence}, [entry], after=before, upto=sequence)
            print("writing", flush=True)  # noqa: T201
        with patch.multiple(postings, _in_transaction=told, CHUNK=2):
            tidy(store, Memory(), 1)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
