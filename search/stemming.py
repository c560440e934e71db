"""Stems of words, by the very code that the index uses: SQLite's `porter unicode61 remove_diacritics 2`."""

import sqlite3
import threading
from collections.abc import Iterable

TOKENIZER = "porter unicode61 remove_diacritics 2"
REMEMBERED = 100_000  # words; then all are forgotten

_lock = threading.Lock()
_stems: dict[str, tuple[str, ...]] = {}
_connection: sqlite3.Connection | None = None


def stems(words: Iterable[str]) -> list[str]:
    """The stems of these words (as `analysis.tokens` gives them), in order. A word of which the index keeps nothing has
    none."""
    asked = list(words)
    learnt = learn(asked)
    found: list[str] = []
    for word in asked:
        known = learnt.get(word) or _stems.get(word)
        # Another thread may have forgotten everything meanwhile.
        found.extend(_learn([word])[word] if known is None else known)
    return found


def learn(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Find out the stems of those of these words that are not known yet: many at once are cheaper."""
    new = set(words).difference(_stems)
    return _learn(sorted(new)) if new else {}


def _learn(words: list[str]) -> dict[str, tuple[str, ...]]:
    global _connection
    found: dict[str, tuple[str, ...]] = dict.fromkeys(words, ())
    if not words:
        return found
    with _lock:
        if _connection is None:
            _connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            _connection.execute(f"CREATE VIRTUAL TABLE word USING fts5(text, content='', tokenize='{TOKENIZER}')")
            _connection.execute("CREATE VIRTUAL TABLE stem USING fts5vocab(word, instance)")
        _connection.execute("BEGIN")
        _connection.executemany("INSERT INTO word (rowid, text) VALUES (?, ?)", enumerate(words))
        for place, stem in _connection.execute('SELECT doc, term FROM stem ORDER BY doc, "offset"').fetchall():
            found[words[place]] += (stem,)
        _connection.execute("INSERT INTO word (word) VALUES ('delete-all')")
        _connection.execute("COMMIT")
        if len(_stems) + len(found) > REMEMBERED:
            _stems.clear()
        _stems.update(found)
    return found
