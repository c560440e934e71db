"""Elasticsearch as the engine: asking and keeping, each a few calls into its own module."""

import time
from collections.abc import Sequence
from dataclasses import replace

from search.elastic import connection, index, sync
from search.elastic.answers import answer, counts_of
from search.elastic.connection import Place, asking, checked
from search.elastic.hits import WITHOUT_BODY, hits
from search.elastic.similar import likest
from search.elastic.suggesting import suggestions
from search.facets import Vocabulary
from search.facets import vocabulary as today
from search.indexing import LARGEST
from search.protocols import Progress
from search.query import PER_PAGE, Query
from search.results import Hit, Results, Suggestion
from search.synonyms import NONE, Thesaurus


class ElasticEngine:
    name = "elasticsearch"

    def __init__(self, place: Place | None = None) -> None:
        self.place = place or connection.place()

    # Asking

    def search(
        self, query: Query, vocabulary: Vocabulary, per_page: int = PER_PAGE, thesaurus: Thesaurus = NONE
    ) -> Results:
        started = time.perf_counter()
        found = answer(self.place, query, vocabulary, thesaurus, per_page)
        return replace(found, engine=self.name, took_ms=_since(started))

    def suggest(self, text: str, count: int = 8, vocabulary: Vocabulary | None = None) -> tuple[Suggestion, ...]:
        return suggestions(self.place, today() if vocabulary is None else vocabulary, text, count)

    def similar(self, page_id: int, count: int = 4, vocabulary: Vocabulary | None = None, kind: str = "") -> Results:
        started = time.perf_counter()
        rows = likest(self.place, page_id, count, kind) if page_id <= LARGEST else None
        if rows is None:
            return Results(engine=self.name)
        found = hits(rows)
        facets = counts_of([hit.facets for hit in found], vocabulary) if vocabulary else {}
        return Results(
            hits=found,
            total=len(found),
            exact=len(found),
            facets=facets,
            took_ms=_since(started),
            engine=self.name,
        )

    def hits(self, page_ids: Sequence[int]) -> tuple[Hit, ...]:
        ids = [str(page) for page in page_ids if page <= LARGEST]
        if not ids:
            return ()
        with asking():
            said = self.place.client.mget(index=self.place.alias, ids=ids, source=WITHOUT_BODY)
        return hits(row for row in map(checked, said["docs"]) if row["found"])

    # Keeping current

    def sync(self) -> int:
        return sync.sync(self.place)

    def rebuild(self, progress: Progress | None = None) -> int:
        return sync.rebuild(self.place, progress)

    def tidy(self) -> None:
        index.remove_left_behind(self.place)

    def rollback(self) -> int:
        return sync.rollback(self.place)

    def sequence(self) -> int:
        return index.sequence(self.place)

    def stored(self) -> dict[int, str]:
        return index.stored(self.place)

    def repair(self, page_ids: list[int]) -> None:
        sync.repair(self.place, page_ids)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
