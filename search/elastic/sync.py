"""Keeping the index on the server current from the change log. Nobody who waits for a page runs any of this."""

from caching.version import content_changed
from search import changes
from search.elastic import documents, index
from search.elastic.connection import Missing, Place
from search.elastic.documents import Batch
from search.protocols import Progress
from search.sources import documents_for, indexable_ids
from search.workers import BATCH, prepared


def sync(place: Place) -> int:
    place = place.unhurried
    try:
        name = index.current(place)
        sequence = index.sequence(place, name)
    except Missing:
        return rebuild(place)
    if sequence > changes.newest():  # the database was put back to an earlier day, and its log with it
        return rebuild(place)
    overtaken = {page: number for number, page in changes.recent(sequence)}
    held = index.versions(place, place.alias, overtaken)
    written = len(_apply(place, [page for page, number in overtaken.items() if held[page] < number]).pages)
    while rows := changes.pending(sequence, BATCH):
        done = _apply(place, [page for _, page in rows])
        written += len(done.pages)
        if done.names == {name}:
            sequence = rows[-1][0]
            index.remember(place, name, sequence=sequence)
        else:  # another index took over meanwhile, and lacks perhaps what was before these
            name = index.current(place)
            sequence = index.sequence(place, name)
    return written


def rebuild(place: Place, progress: Progress | None = None) -> int:
    sequence = changes.newest()
    ids = indexable_ids()
    with index.rebuilding(place, sequence) as new, prepared(ids, made) as batches:
        done = 0
        for batch in batches:
            new.take(batch)
            done += len(batch.versions)
            if progress:
                progress(done, len(ids))
        _catch_up(new)
    content_changed()
    sync(place)  # what was published in the last moment
    return len(ids)


def made(page_ids: list[int]) -> Batch:
    """The sequence is read before the page: what is written is at least as new as it says."""
    versions = changes.versions(page_ids)
    return documents.batch(versions, documents_for(page_ids), again=True)


def rollback(place: Place) -> int:
    index.rollback(place.unhurried)
    content_changed()
    return sync(place)


def repair(place: Place, page_ids: list[int]) -> None:
    place = place.unhurried
    newest = changes.newest()
    for start in range(0, len(page_ids), BATCH):
        batch = page_ids[start : start + BATCH]
        # Whatever the log says: as new as what is held, or it would not be written.
        held = index.versions(place, place.alias, batch)
        logged = changes.versions(batch)
        versions = {page: max(held[page], logged[page]) for page in batch}
        done = index.write(place, place.alias, versions, list(documents_for(batch)), again=True)
        if done.refused or max(held.values()) > newest:
            # Another hand wrote or deleted here, and gave versions that no change will reach for a while.
            rebuild(place)
            return
    content_changed()


def _apply(place: Place, page_ids: list[int]) -> index.Written:
    # The sequence is read before the page: what is written is at least as new as it says.
    versions = changes.versions(page_ids)
    done = index.write(place, place.alias, versions, list(documents_for(page_ids)))
    if done.pages or done.refused:  # refused is also what the client sent a second time, because it got no answer
        content_changed()  # answers from before are not to be kept
    return done


def _catch_up(new: index.Rebuild) -> None:
    """What was published while the index was filled is in it before it takes over."""
    rows = changes.recent(new.sequence) + changes.pending(new.sequence, BATCH)
    while rows:
        pages = [page for _, page in rows]
        for start in range(0, len(pages), BATCH):
            batch = pages[start : start + BATCH]
            new.wait()  # a page may come a second time
            new.add(changes.versions(batch), list(documents_for(batch)))
        new.sequence = max(new.sequence, rows[-1][0])
        rows = changes.pending(new.sequence, BATCH)
