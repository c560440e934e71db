"""Did you mean: the rule of every engine, with the server's dictionary."""

from collections.abc import Mapping, Sequence
from typing import Any

from search.elastic.question import having
from search.spelling import LONG, is_within_two, may_be_meant, once, put_right
from search.synonyms import Group

ONCE, TWICE = "once", "twice"
BROWSE_LISTS = {ONCE: {"max_edits": 1, "prefix_length": 0}, TWICE: {"max_edits": 2, "prefix_length": 2}}
# A word that many pages have costs nothing. The server counts pages that are gone until it tidies up.
ALIKE = {
    "field": "written",
    "suggest_mode": "always",
    "sort": "frequency",
    "size": 100,  # words that are looked at
    "shard_size": 100,
    "min_word_length": 1,
    "max_term_freq": 6.0,
    "accuracy": 0.1,
}


def asked(doubtful: Sequence[Group]) -> dict[str, Any]:
    """How many pages have each of these words, and what is written like it."""
    known = {group.written: having(group).to_dict() for group in doubtful}
    alike = {
        f"{way} {word}": {"text": word, "term": ALIKE | settings}
        for word in known
        for way, settings in BROWSE_LISTS.items()
        if way == ONCE or len(word) >= LONG
    }
    aggs = {"having": {"filters": {"filters": known}}}
    return {"size": 0, "track_total_hits": False, "aggs": aggs, "suggest": alike}


def corrected(text: str, doubtful: Sequence[Group], answer: Mapping[str, Any]) -> str | None:
    """The text with each word that no page has replaced by the likest that pages have; None where there is none."""
    buckets = answer["aggregations"]["having"]["buckets"]
    unknown = (group.written for group in doubtful if not buckets[group.written]["doc_count"])
    found = {word: better for word in unknown if (better := _likest(word, answer["suggest"]))}
    return put_right(text, found)


def _likest(word: str, suggested: Mapping[str, Any]) -> str | None:
    def near(way: str) -> list[tuple[int, str]]:
        options = [option for entry in suggested.get(f"{way} {word}", ()) for option in entry["options"]]
        return [(-row["freq"], row["text"]) for row in options if may_be_meant(row["text"], word)]

    texts = once(word)
    found = [row for row in near(ONCE) if row[1] in texts] or [
        row for row in near(TWICE) if abs(len(row[1]) - len(word)) <= 2 and is_within_two(word, row[1])
    ]
    return min(found)[1] if found else None
