"""Did you mean: the rule of every engine, with the server's dictionary."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from search.analysis import fold
from search.elastic.question import word as clause
from search.spelling import LONG, MORE, RARE, is_within_two, may_be_misspelt, once
from search.synonyms import Expanded

ONCE, TWICE = "once", "twice"
BROWSE_LISTS = {ONCE: {"max_edits": 1, "prefix_length": 0}, TWICE: {"max_edits": 2, "prefix_length": 2}}
# A word that many pages have costs nothing. The server counts pages that are gone until it tidies up, therefore more than RARE.
ALIKE = {
    "field": "written",
    "suggest_mode": "always",
    "sort": "frequency",
    "size": 100,  # words that are looked at
    "shard_size": 100,
    "min_word_length": 1,
    "max_term_freq": 3.0 * RARE,
    "accuracy": 0.1,
}


def doubtful(question: Expanded) -> list[str]:
    """The words that may be misspelt, if hardly any page has them."""
    return [word for word in _singles(question) if may_be_misspelt(word)]


def asked(words: Sequence[str]) -> dict[str, Any]:
    """How many pages have each of these words, and what is written like it."""
    having = {word: clause(word).to_dict() for word in words}
    alike = {
        f"{way} {word}": {"text": fold(word), "term": ALIKE | settings}
        for word in words
        for way, settings in BROWSE_LISTS.items()
        if way == ONCE or len(fold(word)) >= LONG
    }
    aggs = {"having": {"filters": {"filters": having}}}
    return {"size": 0, "track_total_hits": False, "aggs": aggs, "suggest": alike}


def corrected(text: str, words: Sequence[str], answer: Mapping[str, Any]) -> str | None:
    """The text with each word that hardly any page has replaced by the likest that pages have; None where there is none."""
    having = {word: row["doc_count"] for word, row in answer["aggregations"]["having"]["buckets"].items()}
    changed = text
    for word in words:
        if having[word] > RARE:
            continue
        better = _likest(word, answer["suggest"], max(1, having[word] * MORE))
        if better:
            changed = re.sub(rf"\b{re.escape(word)}\b", better, changed, flags=re.IGNORECASE)
    return changed if changed != text else None


def _singles(question: Expanded) -> list[str]:
    """Words without synonyms: one that has them is no mistake."""
    groups = [group.alternatives for group in question.groups]
    return [" ".join(found[0].words) for found in groups if len(found) == 1 and not found[0].prefix]


def _likest(word: str, suggested: Mapping[str, Any], least: int) -> str | None:
    folded = fold(word)

    def near(way: str) -> list[tuple[int, str]]:
        options = [option for entry in suggested.get(f"{way} {word}", ()) for option in entry["options"]]
        return [(-row["freq"], row["text"]) for row in options if row["freq"] >= least and row["text"] != folded]

    texts = once(folded)
    found = [row for row in near(ONCE) if row[1] in texts] or [
        row for row in near(TWICE) if abs(len(row[1]) - len(folded)) <= 2 and is_within_two(folded, row[1])
    ]
    return min(found)[1] if found else None
