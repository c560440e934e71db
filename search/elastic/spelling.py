"""Did you mean: the rule of the embedded engine, with the server's dictionary."""

import re
from collections.abc import Mapping
from typing import Any

from search.analysis import STOP_WORDS, fold
from search.elastic.connection import Place, asking, checked
from search.elastic.question import word as clause
from search.embedded.spelling import LONG, MORE, RARE, SHORTEST, _is_within_two, _once
from search.synonyms import Expanded

ALIKE = 100  # words that the server looks at


def corrected(place: Place, text: str, question: Expanded) -> str | None:
    """The text with each word that hardly any page has replaced by the likest that pages have; None where there is none."""
    doubtful = [word for word in map(_alone, _singles(question)) if word]
    if not doubtful:
        return None
    searches: list[dict[str, Any]] = []
    for word in doubtful:
        searches += [{}, {"query": clause(word).to_dict(), "size": 0, "track_total_hits": RARE + 1, **_suggest(word)}]
    with asking():
        answer = place.client.msearch(index=place.alias, searches=searches)
    changed = text
    for word, found in zip(doubtful, map(checked, answer["responses"]), strict=True):
        having = found["hits"]["total"]["value"]
        better = _likest(fold(word), found["suggest"], max(1, having * MORE)) if having <= RARE else None
        if better:
            changed = re.sub(rf"\b{re.escape(word)}\b", better, changed, flags=re.IGNORECASE)
    return changed if changed != text else None


def _singles(question: Expanded) -> list[str]:
    """Words without synonyms: one that has them is no mistake."""
    groups = [group.alternatives for group in question.groups]
    return [" ".join(found[0].words) for found in groups if len(found) == 1 and not found[0].prefix]


def _alone(word: str) -> str:
    return word if len(word) >= SHORTEST and word not in STOP_WORDS and word.isalpha() else ""


def _suggest(word: str) -> dict[str, Any]:
    alike = {
        "field": "written",
        "suggest_mode": "always",
        "sort": "frequency",
        "size": ALIKE,
        "shard_size": ALIKE,
        "min_word_length": 1,
        "max_term_freq": 1.0,
        "accuracy": 0.1,
    }
    ways = {"once": {"max_edits": 1, "prefix_length": 0}}
    if len(word) >= LONG:
        ways["twice"] = {"max_edits": 2, "prefix_length": 2}
    return {"suggest": {name: {"text": fold(word), "term": alike | way} for name, way in ways.items()}}


def _likest(word: str, suggested: Mapping[str, Any], least: int) -> str | None:
    def near(name: str) -> list[tuple[int, str]]:
        options = [option for entry in suggested.get(name, ()) for option in entry["options"]]
        return [(-row["freq"], row["text"]) for row in options if row["freq"] >= least and row["text"] != word]

    once = _once(word)
    found = [row for row in near("once") if row[1] in once] or [
        row for row in near("twice") if abs(len(row[1]) - len(word)) <= 2 and _is_within_two(word, row[1])
    ]
    return min(found)[1] if found else None
