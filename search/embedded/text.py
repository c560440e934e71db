"""Stems as FTS5 expressions. Each is quoted, so that no text can be taken for FTS5's own language."""

from collections.abc import Sequence

from search.analysis import Word
from search.stemming import STEMS, stems


def phrase(words: Sequence[str]) -> str:
    return f'"{" ".join(stems(words))}"'


def exclusion(words: Sequence[Word]) -> str:
    """Words that stand together."""
    return " + ".join(f'"{STEMS[word.text]}"{"*" * word.prefix}' for word in words)
