"""A question as FTS5 expressions. Every word is quoted, so that no text can be taken for FTS5's own language."""

from search.analysis import Word


def quoted(word: Word) -> str:
    return f'"{word.text}"*' if word.prefix else f'"{word.text}"'


def phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'


def exclusion(words: tuple[Word, ...]) -> str:
    """Words that stand together."""
    return " + ".join(map(quoted, words))
