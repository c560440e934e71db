"""A question as FTS5 expressions. Every word is quoted, so that no text can be taken for FTS5's own language."""

from search.analysis import Question, Word

OPEN, CLOSE = "\x02", "\x03"  # mark highlights; no entry holds control characters


def quoted(word: Word) -> str:
    return f'"{word.text}"*' if word.prefix else f'"{word.text}"'


def phrase(words: tuple[str, ...]) -> str:
    return f'"{" ".join(words)}"'


def every(question: Question) -> str:
    """All words and all phrases."""
    return " AND ".join([*map(quoted, question.words), *map(phrase, question.phrases)])


def some(question: Question) -> str:
    """At least one of the words, and all phrases."""
    anyone = " OR ".join(map(quoted, question.words))
    return " AND ".join([f"({anyone})", *map(phrase, question.phrases)]) if anyone else every(question)


def exclusion(words: tuple[Word, ...]) -> str:
    """One exclusion: a word, or words that stand together."""
    return " + ".join(map(quoted, words))
