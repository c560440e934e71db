"""A question as Elasticsearch reads it. Which pages match is the embedded engine's rule, part by part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query as Clause

from search import scoring
from search.analysis import Word, fold
from search.elastic.documents import LONGEST, WRITTEN
from search.facets import YEAR
from search.query import Query
from search.scoring import BEGINNING, FIELDS, K1, NEAR, WEIGHTS
from search.stemming import STEMS, stems
from search.synonyms import Alternative, Expanded, Group

WEIGHED = [f"{field}^{weight}" for field, weight in zip(FIELDS, WEIGHTS, strict=True)]
FIRST = 8192.0  # greater than any sum of scores: the exact title
ONCE = 1 / (1 + K1)  # what the server makes of a word that is there once, however long the field is
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
    parts = [having(group) for group in question.groups]
    held = [anyone(map(phrase, ways)) for ways in question.phrases]
    some = [anyone(parts)] if parts else []
    every = Q("bool", filter=[*parts, *held], must_not=gone)
    # One sum of all scores beside what must be there: the server then looks only at pages that can be among the first.
    scores = [score for group in question.groups for said in group.alternatives for score in _scores_of(said)]
    scores += [score for group in question.groups if group.written for score in _scores_of_written(group.written)]
    scores += [_score_of_phrase(words) for ways in question.phrases for words in ways]
    scores += [_score_of_phrase(words, NEAR) for words in question.near]
    return Sets(
        every=every,
        some=Q("bool", filter=[*some, *held], must_not=gone) if len(parts) > 1 else every,
        best=Q("bool", filter=[*parts, *held], must=[anyone(scores)], must_not=gone),
        rest=Q("bool", filter=[*some, *held], must=[anyone(scores)], must_not=[*gone, every]),
    )


def anyone(clauses: Iterable[Clause]) -> Clause:
    found = list(clauses)
    if len(found) == 1:
        return found[0]
    return Q("bool", should=found, minimum_should_match=1) if found else NOTHING


def having(group: Group) -> Clause:
    """The pages that have a part of a question."""
    return anyone(map(_said, group.alternatives))


def phrase(words: Sequence[str]) -> Clause:
    """The pages on which these words stand together in a field."""
    if len(words) == 1:
        return Q("term", text=STEMS[words[0]][:LONGEST])
    return Q("multi_match", query=_text(stems(words)), type="phrase", fields=list(FIELDS))


def _said(alternative: Alternative) -> Clause:
    if alternative.prefix:
        return _beginning(alternative.words[0])
    return phrase(alternative.words)


def _beginning(start: str) -> Clause:
    """Not by stems: "organisat" begins "organisation", but not its stem."""
    return Q("prefix", written=start[:LONGEST])


def _excluded(words: Sequence[Word]) -> Clause:
    texts = [found.text for found in words]
    if not words[-1].prefix:
        return phrase(texts)
    if len(words) == 1:
        return _beginning(texts[0])
    keys = [key[:LONGEST] for key in stems(texts)]
    return anyone(_near(field, keys) for field in FIELDS)


def _near(field: str, keys: Sequence[str]) -> Clause:
    """The pages on which a field has these stems together, the last of them only begun."""
    last = {"span_multi": {"match": {"prefix": {field: {"value": keys[-1]}}}}}
    return Q("span_near", clauses=[*({"span_term": {field: key}} for key in keys[:-1]), last], slop=0, in_order=True)


def _text(keys: Iterable[str]) -> str:
    return " ".join(key[:LONGEST] for key in keys)


# Order


def ranked(query: Query, clause: Clause) -> Clause:
    """Pages with their scores, an exact title before all others."""
    named = Q("constant_score", filter=Q("term", title_key=fold(query.text)), boost=FIRST)
    return Q("bool", must=[clause], filter=passed(query), should=[named])


FIELDS_WRITTEN = (*(f"{field}_written" for field in WRITTEN), "written")  # anywhere counts as if in the body


def _scores_of(said: Alternative) -> list[Clause]:
    weights = [weight * said.weight for weight in WEIGHTS]
    if said.prefix:
        start = said.words[0][:LONGEST]
        return [
            Q("constant_score", filter=Q("prefix", **{field: start}), boost=weight * BEGINNING * ONCE)
            for field, weight in zip(FIELDS_WRITTEN, weights, strict=True)
        ]
    if len(said.words) > 1:
        return [_score_of_phrase(said.words, said.weight)]
    return _scores_in(FIELDS, STEMS[said.words[0]], weights)


def _scores_of_written(word: str) -> list[Clause]:
    return _scores_in(FIELDS_WRITTEN, word, [weight * scoring.WRITTEN for weight in WEIGHTS])


def _scores_in(fields: Sequence[str], key: str, weights: Sequence[float]) -> list[Clause]:
    return [
        Q("term", **{field: {"value": key[:LONGEST], "boost": weight}})
        for field, weight in zip(fields, weights, strict=True)
    ]


def _score_of_phrase(words: Sequence[str], weight: float = 1.0) -> Clause:
    if len(words) == 1:
        return anyone(_scores_in(FIELDS, STEMS[words[0]], [value * weight for value in WEIGHTS]))
    return Q("multi_match", query=_text(stems(words)), type="phrase", fields=WEIGHED, tie_breaker=1.0, boost=weight)


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
