"""The few words around what was found, with what was found marked.

FTS5 picks them, in a time that grows with the square of how often the words are there: of a page that says a word some
thousand times that is seconds. Of such a page FTS5 is given a part.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
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


def snippets(
    connection: sqlite3.Connection, ids: Iterable[int], expression: str, long: Mapping[int, str]
) -> dict[int, Marked]:
    """The title whole, and something of the summary and of the body, of those of these pages that have any of it. `long`
    are the bodies that are longer than LONG."""
    places = ",".join(map(str, ids))
    cut = {page: part for page, body in long.items() if (part := _part(body, expression)) is not None}
    body = f"iif(rowid IN ({','.join(map(str, cut))}), '', {_snippet(3)})" if cut else _snippet(3)
    sql = f"SELECT rowid, highlight(fts, 0, {_MARK}), {_snippet(2)}, {body} FROM fts WHERE fts MATCH ? AND rowid IN ({places})"
    found = {page: (title, summary, told) for page, title, summary, told in connection.execute(sql, (expression,))}
    return found | {page: (*found[page][:2], _of_part(part, expression)) for page, part in cut.items() if page in found}


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
