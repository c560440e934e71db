"""What Elasticsearch holds of an entry.

Words are taken apart and stemmed here, by the very code of the embedded index, and reach the server with spaces between
them: both engines see the same words, whatever the release of the server thinks of English.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from search.analysis import fold, tokens
from search.documents import Document, texts_of
from search.facets import DIMENSIONS, YEAR
from search.indexing import facets_of, fingerprint
from search.stemming import learn, stems

FORMAT = 3  # goes up when documents change and the mapping does not
FIELDS = ("title", "tags", "summary", "body")
WRITTEN = FIELDS[:-1]  # of which it counts apart that they have a word as it is written
LENGTH = (0.4, 0.3, 0.5, 0.6)  # how much the length of each field counts
REMEMBERED = 50_000  # words
LONGEST = 255  # letters of a word; the server would cut a longer one in two

# Stands before the words of each field, and is in no question: every page has every field then. How rare a word is would
# otherwise be reckoned in each field among those pages only that have anything in it.
HERE = "."
DEEPEST = 1_000_000  # hits that can be paged through


def _words(similarity: str) -> dict[str, Any]:
    return {"type": "text", "analyzer": "whitespace", "similarity": similarity}


# Words of which only counts whether they are there. One text with spaces between them, because of hundreds of values each
# would be a field of its own to the server.
_ONLY_WHETHER = {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": False}
_COUNTED = {"type": "keyword", "index": False}
SETTINGS: dict[str, Any] = {
    "similarity": {field: {"type": "BM25", "k1": 1.2, "b": share} for field, share in zip(FIELDS, LENGTH, strict=True)},
    "max_result_window": DEEPEST,
}
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    # Found, and never shown: what is shown stands in `shown`.
    "_source": {"includes": ["shown", "body_text"]},
    "properties": {
        "page": {"type": "long"},
        "fingerprint": {"type": "keyword"},
        "facets": {"type": "keyword"},
        # The same values by dimension, for the counts of one alone: a page has some fifteen in all, and a few of each.
        "own": {"dynamic": False, "properties": dict.fromkeys((*DIMENSIONS, YEAR), _COUNTED)},
        "year": {"type": "short"},
        "date": {"type": "keyword"},
        "title_key": {"type": "keyword"},
        "organisations": {"type": "keyword"},
        # Words as they are written: for suggestions, beginnings and spelling.
        "title_words": _ONLY_WHETHER,
        "organisation_words": _ONLY_WHETHER,
        **{field: _words(field) for field in FIELDS},
        # All fields, for the question which pages have a word. A phrase stands in one field, and is looked for there.
        "text": _ONLY_WHETHER,
        **{f"{field}_written": _ONLY_WHETHER for field in WRITTEN},
        "written": _ONLY_WHETHER,
        "shown": {"type": "object", "enabled": False},
        "body_text": {"type": "keyword", "index": False, "doc_values": False},
    },
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages with their versions, as they are sent: a line for each that goes, two for each that is `there`."""

    versions: Mapping[int, int]
    there: frozenset[int]
    lines: list[bytes]


def batch(versions: Mapping[int, int], entries: Iterable[Document], *, again: bool = False) -> Batch:
    """A page in `versions` without an entry leaves the index. Nothing happens to a page that is there in a newer version,
    nor, without `again`, in the same."""
    found = {entry.page_id: entry for entry in entries}
    texts = {page: texts_of(entry) for page, entry in found.items()}
    words = {page: [tokens(text) for text in held] for page, (_, held) in texts.items()}
    learn({word for held in words.values() for text in held for word in text})  # of many pages at once is cheaper
    lines = []
    for page, version in versions.items():
        action = {"_id": str(page), "version": version, "version_type": "external_gte" if again else "external"}
        if page in found:
            lines += [_line({"index": action}), _line(_document(found[page], *texts[page], words[page]))]
        else:
            lines.append(_line({"delete": action}))
    return Batch(dict(versions), frozenset(found), lines)


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _document(
    entry: Document, organisations: list[str], texts: tuple[str, str, str, str], words: list[list[str]]
) -> dict[str, Any]:
    title, _, summary, body = texts
    once = [dict.fromkeys(found) for found in words]
    all_words = dict.fromkeys(chain.from_iterable(once))
    facets = facets_of(entry)
    return {
        "page": entry.page_id,
        "fingerprint": fingerprint(entry),
        "facets": [f"{name}:{value}" for name in facets for value in facets[name]],
        "own": facets,
        "year": entry.date.year if entry.date else None,
        "date": entry.date.isoformat() if entry.date else None,
        "title_key": fold(entry.title),
        "organisations": organisations,
        "organisation_words": cut(fold(" ".join(organisations))),
        **{field: f"{HERE} {_each(_stemmed, found)}" for field, found in zip(FIELDS, words, strict=True)},
        "text": _each(_stemmed, all_words),
        **{f"{field}_written": _each(_written, found) for field, found in zip(WRITTEN, once, strict=False)},
        "written": _each(_written, all_words),
        "title_words": cut(fold(title)),
        "shown": {
            "kind": entry.kind,
            "url": entry.url,
            "date": entry.date.isoformat() if entry.date else None,
            "title": title,
            "summary": summary,
            "organisations": organisations,
            "facets": facets,
        },
        "body_text": body,
    }


def cut(words: str) -> str:
    return " ".join(word[:LONGEST] for word in words.split())


def _each(made: "_Known", words: Iterable[str]) -> str:
    return " ".join(map(made.__getitem__, words))


class _Known(dict[str, str]):
    """What is made of a word, kept."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, word: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[word] = self.make(word)
        return made


# As it is written, but for case and accents; and its stems.
_written = _Known(lambda word: (word if word.isascii() else fold(word))[:LONGEST])
_stemmed = _Known(lambda word: " ".join(stem[:LONGEST] for stem in stems([word])))
