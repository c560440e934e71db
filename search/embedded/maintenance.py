"""What is done now and then, so that answers stay fast: fresh words are folded in, FTS5's own index is merged."""

import fcntl

from search.embedded import postings
from search.embedded.snapshot import Memory
from search.embedded.store import Store
from search.embedded.tables import remember_folded

MERGED = 500  # pages of FTS5's index that are merged at most in one go: nobody waits long for the lock


def tidy(store: Store, memory: Memory, least: int) -> int:
    """Fold in the words of the pages written since the last time where there are at least so many, and merge.
    Returns how many pages were folded in. Nothing where another process is at it."""
    store.connection()  # raises Unavailable without an index
    with (store.folder / "fold.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 0
        with store.reading() as (file, connection):
            state = memory.state(file, connection)
        count = len(state.fresh_pages)
        if count < max(1, least):
            return 0
        added: postings.Added = {}
        for page, words in state.fresh.items():
            postings.add_to(added, page, words)
        with store.soundness.watching(file):
            postings.fold_in(connection, state.fresh_pages, added)
            remember_folded(connection, state.revision, state.pages, state.dimensions)
            connection.execute("INSERT INTO fts (fts, rank) VALUES ('merge', ?)", (MERGED,))
            connection.execute("INSERT INTO prefix (prefix, rank) VALUES ('merge', ?)", (MERGED,))
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return count
