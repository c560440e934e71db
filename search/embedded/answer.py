"""One question answered from one view of the index."""

import json
from collections.abc import Mapping
from functools import partial

from pyroaring import BitMap

from search import analysis, matching
from search.embedded import ranking
from search.embedded.hits import hits
from search.embedded.sets import Reader, Sets
from search.embedded.spelling import corrected
from search.facets import Vocabulary
from search.highlighting import wanted
from search.query import Query
from search.results import Relax, Results
from search.synonyms import Expanded, Thesaurus, expand

SORTED = {"newest": "date DESC, page", "title": "title_key, page"}
FEW = 1000  # as many at most are picked out and sorted; of more the order is walked from its beginning
PICKED = 3  # picking one out and sorting it takes as long as walking past so many
FEW_EXACT = 5  # pages with all the words: of fewer the spelling is looked at


def answer(reader: Reader, query: Query, vocabulary: Vocabulary, thesaurus: Thesaurus, per_page: int) -> Results:
    state = reader.state
    question = expand(analysis.parse(query.text), thesaurus)
    sets = reader.sets(question)
    matched = matched_by(question, sets)
    chosen = matching.filters(query, state.dimensions)
    found = matching.narrow(matched, chosen)
    total = len(found)
    pages = max(1, -(-total // per_page))
    page = min(query.page, pages)
    start = (page - 1) * per_page
    ids = ordered(reader, query, sets, found, start, start + per_page)
    relax: tuple[Relax, ...] = ()
    if not total:
        totals = partial(_total_without, query, matched, state.dimensions)
        relax = tuple(Relax(name, value, totals(name, value)) for name, value in query.filters())
    exact = found.intersection_cardinality(sets.every)
    suggestion = None
    if exact < FEW_EXACT and question.groups:
        suggestion = _better(reader, chosen, (exact, total), corrected(reader, query.text, question), thesaurus)
    return Results(
        hits=hits(reader.connection, ids, wanted(question), sets.every),
        total=total,
        exact=exact,
        page=page,
        pages=pages,
        facets=matching.counts(query, matched, state.pages, state.dimensions, vocabulary),
        relax=relax,
        suggestion=suggestion,
    )


def _better(
    reader: Reader, chosen: Mapping[str, BitMap], found: tuple[int, int], text: str | None, thesaurus: Thesaurus
) -> str | None:
    """The text put right, where more pages have all of it, or as many have all and more have some. `found` are both
    numbers for the text as it was typed."""
    if text is None:
        return None
    question = expand(analysis.parse(text), thesaurus)
    sets = reader.sets(question)
    better = (len(matching.narrow(pages, chosen)) for pages in (sets.every, matched_by(question, sets)))
    return text if tuple(better) > found else None


def matched_by(question: Expanded, sets: Sets) -> BitMap:
    """The pages with all of the question, and those with some of it where these are too few."""
    if len(question.groups) < 2 or matching.enough(sets.every):
        return sets.every
    return sets.every | sets.some


def _total_without(
    query: Query, matched: BitMap, dimensions: Mapping[str, Mapping[str, BitMap]], name: str, value: str
) -> int:
    return len(matching.narrow(matched, matching.filters(query.without(name, value), dimensions)))


def ordered(reader: Reader, query: Query, sets: Sets, found: BitMap, start: int, end: int) -> list[int]:
    """The ids from `start` to `end` in the order asked for; ties are broken by page id."""
    connection = reader.connection
    if query.sort == "relevance" and sets.parts:
        title = analysis.fold(query.text)
        rows = connection.execute("SELECT page FROM rank WHERE title_key = ?", (title,)).fetchall()
        named = BitMap([row[0] for row in rows]) & found
        rest = found - named
        tiers = named, rest & sets.every, rest - sets.every
        return ranking.order(connection, reader.state, sets.parts, tiers, start, end)
    order = SORTED.get(query.sort, SORTED["newest"])
    walked = end * len(reader.state.pages) // max(1, len(found))  # pages that a walk is likely to pass
    if len(found) <= FEW and len(found) * PICKED <= walked:
        sql = f"SELECT page FROM rank WHERE page IN ({','.join(map(str, found))}) ORDER BY {order}"
        return [row[0] for row in connection.execute(sql)][start:end]
    ids: list[int] = []
    passed, block = 0, walked + end
    while len(ids) < min(end, len(found)):
        sql = f"SELECT json_group_array(page) FROM (SELECT page FROM rank ORDER BY {order} LIMIT ? OFFSET ?)"
        pages = json.loads(connection.execute(sql, (block, passed)).fetchone()[0])
        if not pages:
            break
        ids += [page for page in pages if page in found]
        passed, block = passed + block, block * 4
    return ids[start:end]
