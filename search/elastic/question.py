"""A question as Elasticsearch reads it. Which pages match is the embedded engine's rule, part by part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query as Clause

from search.analysis import Word, fold
from search.elastic.documents import FIELDS, LONGEST, WRITTEN
from search.facets import YEAR
from search.query import Query
from search.stemming import stems
from search.synonyms import Alternative, Expanded

WEIGHTS = (3.0, 2.0, 1.5, 1.0)  # title, tags, summary, body
WEIGHED = [f"{field}^{weight}" for field, weight in zip(FIELDS, WEIGHTS, strict=True)]
FIRST = 8192.0  # greater than any sum of scores: the exact title
BEGINNING = 3.0  # the rarity of a word of which only the beginning is known: about that of one in twenty pages
NOTHING = Q("match_none")


@dataclass(frozen=True, slots=True)
class Sets:
    """What a question finds before any filter, as clauses: the pages with all of it, and those with some of it. The same
    pages with the scores that put them in order are `best`, and the `rest`: those with only some."""

    every: Clause
    some: Clause
    best: Clause
    rest: Clause


def sets(question: Expanded) -> Sets:
    gone = [_excluded(words) for words in question.excluded]
    if not question.positive:
        everything = Q("bool", must_not=gone) if gone else Q("match_all")
        return Sets(everything, everything, everything, NOTHING)
    parts = [anyone(map(_said, group.alternatives)) for group in question.groups]
    held = [phrase(words) for words in question.phrases]
    some = [anyone(parts)] if parts else []
    every = Q("bool", filter=[*parts, *held], must_not=gone)
    # One sum of all scores beside what must be there: the server then looks only at pages that can be among the first.
    scores = [score for group in question.groups for said in group.alternatives for score in _scores_of(said)]
    firm = [_score_of_phrase(words) for words in question.phrases]
    weighed = [anyone(scores), *firm] if scores else firm
    return Sets(
        every=every,
        some=Q("bool", filter=[*some, *held], must_not=gone) if len(parts) > 1 else every,
        best=Q("bool", filter=parts, must=weighed, must_not=gone),
        rest=Q("bool", filter=some, must=weighed, must_not=[*gone, every]),
    )


def anyone(clauses: Iterable[Clause]) -> Clause:
    found = list(clauses)
    if len(found) == 1:
        return found[0]
    return Q("bool", should=found, minimum_should_match=1) if found else NOTHING


def word(text: str) -> Clause:
    """The pages that have a word, whatever its ending. One of several stems may stand anywhere."""
    keys = [Q("term", text=key[:LONGEST]) for key in stems([text])]
    if len(keys) == 1:
        return keys[0]
    return Q("bool", filter=keys) if keys else NOTHING


def phrase(words: Sequence[str]) -> Clause:
    """The pages on which these words stand together in a field."""
    if len(words) == 1:
        return word(words[0])
    keys = stems(words)
    return Q("multi_match", query=_text(keys), type="phrase", fields=list(FIELDS)) if keys else NOTHING


def _said(alternative: Alternative) -> Clause:
    if alternative.prefix:
        return _beginning(alternative.words[0])
    return phrase(alternative.words)


def _beginning(start: str) -> Clause:
    """Not by stems: "organisat" begins "organisation", but not its stem."""
    return Q("prefix", written=_start(start))


def _excluded(words: Sequence[Word]) -> Clause:
    texts = [found.text for found in words]
    if not words[-1].prefix:
        return phrase(texts)
    if len(words) == 1:
        return _beginning(texts[0])
    keys = [key[:LONGEST] for key in stems(texts)]
    if not keys:
        return NOTHING
    return anyone(_near(field, keys) for field in FIELDS)


def _near(field: str, keys: Sequence[str]) -> Clause:
    """The pages on which a field has these stems together, the last of them only begun."""
    last = {"span_multi": {"match": {"prefix": {field: {"value": keys[-1]}}}}}
    return Q("span_near", clauses=[*({"span_term": {field: key}} for key in keys[:-1]), last], slop=0, in_order=True)


def _start(text: str) -> str:
    return fold(text)[:LONGEST]


def _text(keys: Iterable[str]) -> str:
    return " ".join(key[:LONGEST] for key in keys)


# Order


def ranked(query: Query, clause: Clause) -> Clause:
    """Pages with their scores, an exact title before all others."""
    named = Q("constant_score", filter=Q("term", title_key=fold(query.text)), boost=FIRST)
    return Q("bool", must=[clause], filter=passed(query), should=[named])


def _scores_of(said: Alternative) -> list[Clause]:
    weights = [weight * said.weight for weight in WEIGHTS]
    if said.prefix:  # a beginning that is anywhere counts as one in the body
        start, fields = _start(said.words[0]), (*(f"{field}_written" for field in WRITTEN), "written")
        return [
            Q("constant_score", filter=Q("prefix", **{field: start}), boost=weight * BEGINNING / 2)
            for field, weight in zip(fields, weights, strict=True)
        ]
    if len(said.words) > 1:
        return [_score_of_phrase(said.words, said.weight)]
    return [
        Q("term", **{field: {"value": key[:LONGEST], "boost": weight}})
        for key in stems(said.words)
        for field, weight in zip(FIELDS, weights, strict=True)
    ]


def _score_of_phrase(words: Sequence[str], weight: float = 1.0) -> Clause:
    keys = stems(words)
    if not keys:
        return NOTHING
    return Q("multi_match", query=_text(keys), type="phrase", fields=WEIGHED, tie_breaker=1.0, boost=weight)


SORTED: dict[str, list[dict[str, Any]]] = {
    "newest": [{"date": {"order": "desc", "missing": "_last"}}, {"page": "asc"}],
    "title": [{"title_key": "asc"}, {"page": "asc"}],
}
BY_SCORE: list[dict[str, Any]] = [{"_score": "desc"}, {"page": "asc"}]


# Filters


def filters(query: Query) -> dict[str, Clause]:
    """What each dimension with a choice lets through."""
    chosen: dict[str, Clause] = {
        name: Q("terms", facets=[f"{name}:{value}" for value in values]) for name, values in query.facets.items()
    }
    if query.year_from is not None or query.year_to is not None:
        chosen[YEAR] = Q("range", year={"gte": query.year_from or 0, "lte": query.year_to or 9999})
    return chosen


def passed(query: Query, leave_out: str = "") -> list[Clause]:
    """What every page found must be, besides having the words."""
    return [clause for name, clause in filters(query).items() if name != leave_out]
