"""A question as FTS5 expressions. Every word is quoted, so that no text can be taken for FTS5's own language."""

from collections.abc import Iterable

from search.analysis import Word

OPEN, CLOSE = "\x02", "\x03"  # mark highlights; no entry holds control characters


def quoted(word: Word) -> str:
    return f'"{word.text}"*' if word.prefix else f'"{word.text}"'


def phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'


def any_of(said: Iterable[tuple[str, ...]], phrases: Iterable[tuple[str, ...]] = ()) -> str:
    """At least one of these words and runs of words, and all phrases."""
    anyone = " OR ".join(map(phrase, dict.fromkeys(said)))
    return " AND ".join([*([f"({anyone})"] if anyone else []), *map(phrase, phrases)])


def exclusion(words: tuple[Word, ...]) -> str:
    """Words that stand together."""
    return " + ".join(map(quoted, words))
