"""A question as Elasticsearch reads it. Which pages match is the embedded engine's rule, part by part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query as Clause

from search.analysis import Word, fold
from search.elastic.documents import FIELDS, LONGEST
from search.facets import YEAR
from search.query import Query
from search.stemming import stems
from search.synonyms import Alternative, Expanded, Group

WEIGHTS = (6.0, 3.0, 2.0, 1.0)  # title, tags, summary, body
WEIGHED = [f"{field}^{weight}" for field, weight in zip(FIELDS, WEIGHTS, strict=True)]
FIRST = 8192.0  # greater than any sum of scores: the exact title
BEGINNING = 3.0  # the rarity of a word of which only the beginning is known: about that of one in twenty pages
NOTHING = Q("match_none")


@dataclass(frozen=True, slots=True)
class Sets:
    """What a question finds before any filter, as clauses: the pages with all of it, and those with some of it."""

    every: Clause
    some: Clause
    scores: tuple[Clause, ...]


def sets(question: Expanded) -> Sets:
    parts = [anyone(map(_said, group.alternatives)) for group in question.groups]
    held = [phrase(words) for words in question.phrases]
    gone = [_excluded(words) for words in question.excluded]
    if not question.positive:
        everything = Q("bool", must_not=gone) if gone else Q("match_all")
        return Sets(everything, everything, ())
    every = Q("bool", filter=[*parts, *held], must_not=gone)
    some = Q("bool", filter=[anyone(parts), *held], must_not=gone) if len(parts) > 1 else every
    scores = (*map(_score, question.groups), *(_score_of(Alternative(words)) for words in question.phrases))
    return Sets(every, some, scores)


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


def ranked(query: Query, found: Sets, *, rest: bool) -> Clause:
    """The pages with all of a question with the scores that put them in order, or the `rest`: those with only some."""
    named = Q("constant_score", filter=Q("term", title_key=fold(query.text)), boost=FIRST)
    if rest:
        return Q("bool", filter=[found.some, *_passed(query)], must_not=[found.every], should=[named, *found.scores])
    return Q("bool", filter=[found.every, *_passed(query)], should=[named, *found.scores])


def _score(group: Group) -> Clause:
    """A page is what the strongest of the alternatives make it."""
    scores = [_score_of(alternative) for alternative in group.alternatives]
    return scores[0] if len(scores) == 1 else Q("dis_max", queries=scores)


def _score_of(alternative: Alternative) -> Clause:
    boost = {"boost": alternative.weight}
    if alternative.prefix:
        start = _start(alternative.words[0])
        return Q(
            "bool",
            should=[
                Q("constant_score", filter=Q("prefix", **{f"{field}_written": start}), boost=weight * BEGINNING / 2)
                for field, weight in zip(FIELDS, WEIGHTS, strict=True)
            ],
            **boost,
        )
    keys = stems(alternative.words)
    if not keys:
        return NOTHING
    kind = "phrase" if len(alternative.words) > 1 else "cross_fields"
    # The fields' scores are added up; how rare a word is counts over all of them.
    return Q("multi_match", query=_text(keys), type=kind, fields=WEIGHED, tie_breaker=1.0, **boost)


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


def passing(query: Query, leave_out: str = "") -> Clause:
    return Q("bool", filter=_passed(query, leave_out))


def _passed(query: Query, leave_out: str = "") -> list[Clause]:
    return [clause for name, clause in filters(query).items() if name != leave_out]
