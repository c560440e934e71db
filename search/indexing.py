"""What every engine keeps of an entry beside its texts."""

import json
from hashlib import blake2b

from search.documents import Document
from search.facets import YEAR

LARGEST = 2**32 - 1  # page id that an index can hold: a bitmap of the embedded one has room for no larger


def fingerprint(entry: Document) -> str:
    """A short hash of everything that the index holds of a page."""
    facets = {name: sorted(values) for name, values in sorted(entry.facets.items()) if values}
    parts = [entry.kind, entry.title, entry.url, entry.summary, entry.body, entry.tags, entry.organisations]
    text = json.dumps([*parts, facets, str(entry.date)])
    return blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()


def facets_of(entry: Document) -> dict[str, list[str]]:
    """The values of an entry by dimension, in order, with its kind and its year."""
    facets = dict(entry.facets) | {"kind": (entry.kind,)}
    if entry.date:
        facets[YEAR] = (f"{entry.date.year:04d}",)
    return {name: sorted(set(values)) for name, values in sorted(facets.items()) if values}
