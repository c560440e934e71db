"""Where documents come from: search knows no page and no question, each source hands over its own."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import DatabaseError

from search.documents import Document
from search.workers import BATCH

logger = logging.getLogger("search")
Facts = Mapping[str, str]  # texts by column of search.csv_facts


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its slug in URLs, and what it is called."""

    slug: str
    label: str
    plural: str
    order: int  # among the kinds, the lowest first


class Source(Protocol):
    """Hands over documents of some kinds, and keeps the change log informed of what changes (search.changes)."""

    def kinds(self) -> Iterable[Kind]: ...

    def ids(self) -> Iterable[int]:
        """The ids of all its documents that may be found."""

    def documents(self, ids: Sequence[int]) -> Iterable[Document]:
        """The documents of those of these ids, at most BATCH of them, that are its own and may be found. Its queries do
        not grow with their number."""

    def facts(self, ids: Sequence[int]) -> Mapping[int, Facts]:
        """What the CSV of a list says of those of these ids that are its own, beside what the index knows."""


_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def kinds() -> dict[str, Kind]:
    """Every kind by its slug, in the order in which they are shown."""
    found = sorted((kind for source in _sources for kind in source.kinds()), key=lambda kind: kind.order)
    return {kind.slug: kind for kind in found}


def indexable_ids() -> list[int]:
    return sorted(pk for source in _sources for pk in source.ids())


def documents_for(ids: Iterable[int]) -> Iterator[Document]:
    """The documents of those of these ids that may be found, with a bounded number of queries for each batch."""
    for batch in _batches(ids):
        for source in _sources:
            yield from _documents(source, batch)


def facts_for(ids: Iterable[int]) -> dict[int, Facts]:
    """What the CSV of a list says of these; nothing of what nobody may find any more."""
    found: dict[int, Facts] = {}
    for batch in _batches(ids):
        for source in _sources:
            found.update(source.facts(batch))
    return found


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _documents(source: Source, ids: list[int]) -> list[Document]:
    """One that cannot be read, such as a body that another program wrote, is left out: the rest of the site must stay to
    be found, and search must answer."""
    try:
        return list(source.documents(ids))
    except DatabaseError:
        raise
    except Exception:
        if len(ids) == 1:
            logger.exception("document %s cannot be read for the search index, so it is left out", ids[0])
            return []
    half = len(ids) // 2
    return _documents(source, ids[:half]) + _documents(source, ids[half:])
