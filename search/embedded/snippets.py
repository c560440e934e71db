"""The few words around what was found, with what was found marked.

FTS5 picks them, in a time that grows with the square of how often the words are there: of a page that says a word some
thousand times that is seconds. Of such a page FTS5 is given a part.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing

from search.analysis import tokens
from search.embedded.text import CLOSE, OPEN
from search.stemming import TOKENIZER, learn, stems

WORDS = 36  # at most
LONG = 4000  # characters; in a shorter text no word is there so often that it matters
MANY = 200  # times that a long one may have the words of a question
AROUND = 500  # characters on each side of a word that make up a part
GAP = " … "

Marked = tuple[str, str, str]

_MARK = f"'{OPEN}', '{CLOSE}'"
_QUOTED = re.compile(r'"[^"]*"')


def _snippet(column: int) -> str:
    return f"snippet(fts, {column}, {_MARK}, '{GAP}', {WORDS})"


def snippets(connection: sqlite3.Connection, ids: Iterable[int], expression: str) -> dict[int, Marked]:
    """The title whole, and something of the summary, or of the body where the summary has nothing to mark, of those of
    these pages that have any of it."""
    body = (
        f"CASE WHEN instr({_snippet(2)}, '{OPEN}') THEN '' WHEN length(body) > {LONG} THEN NULL ELSE {_snippet(3)} END"
    )
    columns = f"highlight(fts, 0, {_MARK}), {_snippet(2)}, {body}"
    found = {page: texts for page, *texts in _matching(connection, columns, ids, expression)}
    long = [page for page, texts in found.items() if texts[2] is None]
    told = _of_long(connection, long, expression) if long else {}
    return {page: (title, summary, told.get(page, body)) for page, (title, summary, body) in found.items()}


def _matching(connection: sqlite3.Connection, columns: str, ids: Iterable[int], expression: str) -> sqlite3.Cursor:
    places = ",".join(map(str, ids))
    return connection.execute(
        f"SELECT rowid, {columns} FROM fts WHERE fts MATCH ? AND rowid IN ({places})", (expression,)
    )


def _of_long(connection: sqlite3.Connection, ids: Iterable[int], expression: str) -> dict[int, str]:
    """The few words of bodies that are longer than LONG."""
    bodies = dict(_matching(connection, "body", ids, expression))
    told = {page: _of_part(part, expression) for page, body in bodies.items() if (part := _part(body, expression))}
    rest = [page for page in bodies if page not in told]
    return told | dict(_matching(connection, _snippet(3), rest, expression)) if rest else told


def _part(body: str, expression: str) -> str | None:
    """The text around the rarest of the words that are looked for, where the body has them very often."""
    wanted = {stem for quoted in _QUOTED.findall(expression) for stem in stems(tokens(quoted))}
    letters = {stem[:1] for stem in wanted}  # a stem begins as its words do
    said = {word: times for word, times in Counter(tokens(body)).items() if word[0] in letters or word[0] > "z"}
    learn(said)
    found = {word: times for word, times in said.items() if not wanted.isdisjoint(stems([word]))}
    if sum(found.values()) <= MANY:
        return None
    rarest = min(found, key=found.__getitem__)
    first = re.search(rf"(?<![^\W_]){re.escape(rarest)}(?![^\W_])", body, re.IGNORECASE)
    place = first.start() if first else 0
    start, end = max(0, place - AROUND), place + AROUND
    part = body[start:end]
    # Only whole words.
    if start:
        part = GAP + part.partition(" ")[2]
    return part.rpartition(" ")[0] + GAP if end < len(body) else part


def _of_part(part: str, expression: str) -> str:
    anything = " OR ".join(_QUOTED.findall(expression))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE fts USING fts5(part, tokenize='{TOKENIZER}')")
        connection.execute("INSERT INTO fts VALUES (?)", (part,))
        row = connection.execute(f"SELECT {_snippet(0)} FROM fts WHERE fts MATCH ?", (anything,)).fetchone()
    return row[0] if row else ""
