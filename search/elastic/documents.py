"""What Elasticsearch holds of an entry.

Words are taken apart and stemmed here, by the very code of the embedded index, and reach the server with spaces between
them: both engines see the same words, whatever the release of the server thinks of English.
"""

from collections.abc import Iterable
from typing import Any

from search.analysis import fold, tokens
from search.embedded.tables import facet_rows, fingerprint
from search.entries import Entry, texts_of
from search.stemming import learn, stems

FORMAT = 1  # goes up when documents change and the mapping does not
FIELDS = ("title", "tags", "summary", "body")
LENGTH = (0.4, 0.3, 0.5, 0.6)  # how much the length of each field counts
LONGEST = 255  # letters of a word; the server would cut a longer one in two

# Stands before the words of each field, and is in no question: every page has every field then. How rare a word is would
# otherwise be reckoned in each field among those pages only that have anything in it.
HERE = "."
DEEPEST = 1_000_000  # hits that can be paged through


def _words(similarity: str) -> dict[str, Any]:
    return {"type": "text", "analyzer": "whitespace", "similarity": similarity}


# Words as they are written, for beginnings and spelling: only whether they are there.
_WRITTEN = {"type": "keyword", "doc_values": False}
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
        "year": {"type": "short"},
        "date": {"type": "keyword"},
        "title_key": {"type": "keyword"},
        "organisations": {"type": "keyword"},
        # For suggestions.
        "title_words": _WRITTEN,
        "organisation_words": _WRITTEN,
        **{field: _words(field) for field in FIELDS},
        # All fields, for the question which pages have a word or a phrase; no phrase reaches from one into the next.
        "text": {"type": "text", "analyzer": "whitespace", "norms": False, "position_increment_gap": 100},
        **{f"{field}_written": _WRITTEN for field in FIELDS},
        "written": _WRITTEN,
        "shown": {"type": "object", "enabled": False},
        "body_text": {"type": "keyword", "index": False, "doc_values": False},
    },
}


def document(entry: Entry) -> dict[str, Any]:
    organisations, texts = texts_of(entry)
    title, tags, summary, body = texts
    words = [tokens(text) for text in texts]
    learn({word for found in words for word in found})
    written = [_folded(found) for found in words]
    stemmed = [" ".join(stem[:LONGEST] for stem in stems(found)) for found in words]
    facets = [(name, value) for name, value, _ in facet_rows(entry)]
    return {
        "page": entry.page_id,
        "fingerprint": fingerprint(entry),
        "facets": [f"{name}:{value}" for name, value in facets],
        "year": entry.date.year if entry.date else None,
        "date": entry.date.isoformat() if entry.date else None,
        "title_key": fold(entry.title),
        "organisations": organisations,
        "organisation_words": cut(fold(" ".join(organisations)).split()),
        **{field: f"{HERE} {text}" for field, text in zip(FIELDS, stemmed, strict=True)},
        "text": stemmed,
        **{f"{field}_written": cut(found) for field, found in zip(FIELDS, written, strict=True)},
        "written": cut(set().union(*written)),
        "title_words": cut(fold(title).split()),
        "shown": {
            "kind": entry.kind,
            "url": entry.url,
            "date": entry.date.isoformat() if entry.date else None,
            "title": title,
            "tags": tags,
            "summary": summary,
            "organisations": organisations,
            "facets": facets,
        },
        "body_text": body,
    }


def cut(words: Iterable[str]) -> list[str]:
    return sorted({word[:LONGEST] for word in words})


def _folded(words: Iterable[str]) -> set[str]:
    return {word if word.isascii() else fold(word) for word in words}
