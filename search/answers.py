"""One way from an address's parameters to an answer, for every page and format that shows results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from search.engine import engine
from search.facets import Vocabulary, vocabulary
from search.protocols import Unavailable
from search.query import PER_PAGE, Params, Query
from search.results import Hit, Results, Suggestion
from search.synonyms import thesaurus


@dataclass(frozen=True, slots=True)
class Answer:
    query: Query
    results: Results
    vocabulary: Vocabulary
    fixed: Mapping[str, str] = field(default_factory=dict)

    def label(self, dimension: str, slug: str) -> str:
        value = self.vocabulary.get(dimension, {}).get(slug)
        return value.label if value else slug


class QueryParams:
    """Parameters given by our own code instead of an address."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    def getlist(self, key: str) -> list[str]:
        return list(self._values.get(key, []))


def answer(
    params: Params,
    fixed: Mapping[str, str] | None = None,
    per_page: int = PER_PAGE,
    *,
    first_page: bool = False,
    known: Vocabulary | None = None,
) -> Answer:
    """Ask the engine. `fixed` are dimensions that the page decides. Raises Unavailable where no index can answer."""
    known = known or vocabulary()
    query = Query.from_params(params, known).with_fixed(fixed or {})
    if first_page:
        query = replace(query, page=1)
    return Answer(query, engine().search(query, known, per_page, thesaurus()), known, fixed or {})


def answer_or_none(values: Mapping[str, list[str]], per_page: int = PER_PAGE) -> Answer | None:
    """An answer for a part of a page that can do without it."""
    try:
        return answer(QueryParams(values), per_page=per_page)
    except Unavailable:
        return None


def similar(page_id: int, count: int = 4, kind: str = "") -> tuple[Hit, ...]:
    """Pages like this one, of one kind where it is named; none where there is no index."""
    try:
        return engine().similar(page_id, count, kind=kind).hits
    except Unavailable:
        return ()


def similar_answer(page_id: int, count: int = PER_PAGE) -> Answer:
    """The same with totals and facets, as an answer to no question. Raises Unavailable where no index can answer."""
    known = vocabulary()
    return Answer(Query(), engine().similar(page_id, count, known), known)


def suggest(text: str, count: int = 8) -> tuple[Suggestion, ...]:
    """What somebody who types may mean; nothing where there is no index."""
    try:
        return engine().suggest(text, count)
    except Unavailable:
        return ()


def hits(page_ids: Sequence[int]) -> tuple[Hit, ...]:
    """These pages in this order, less those that nobody may find; none where there is no index."""
    try:
        return engine().hits(page_ids) if page_ids else ()
    except Unavailable:
        return ()
