"""How text becomes words: the one analysis that index, question and highlights follow, in both engines.

A text is normalised (`search/normalisation.py`), then every character that is not a letter or a digit separates words.
An apostrophe separates nothing: "men's" is "mens". Nothing here raises, whatever the text.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from search.normalisation import folded, normalised, rewritten, visible

MAX_TEXT = 1000  # characters of a question that are read
MAX_WORDS = 32  # words of a question that are looked for; stop words do not count

_WORD = re.compile(r"[^\W_]+")
# Where all letters are ASCII a table and `split` find the same words three times as fast.
_BETWEEN = {code: " " for code in range(128) if not chr(code).isalnum()}
# What stands in double quotation marks, or in single ones; an apostrophe within a word is none.
_QUOTED = re.compile(r"(\"[^\"]*\")|(?<![^\W_])'((?:[^'\"]|(?<=[^\W_])'(?=[^\W\d_]))+)'(?![^\W_])")
_CHUNK = re.compile(r'(-?)"([^"]*)"|(\S+)')
# Words that say nothing of what is looked for. They stay in the index; a question ignores them beside other words.
STOP_WORDS = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does for from had has have how i
    if in into is it its me my no not of on or our should so some than that the their them then there
    these they this to us was we were what when where which who why will with would you your
    arent cant couldnt didnt doesnt dont hadnt hasnt havent heres hows im isnt itd itll ive lets
    shouldnt thats theres theyd theyll theyre theyve wasnt weve werent whats whens wheres whos wont wouldnt
    youd youll youre youve
    """.split()  # noqa: SIM905 (a list of words, to be read)
)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    prefix: bool = False

    @property
    def telling(self) -> bool:
        """Whether it says something of what is looked for."""
        return self.prefix or self.text not in STOP_WORDS


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. Phrases and exclusions always hold; words are required together or one by one."""

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[Word, ...], ...] = ()
    # The words as they stood together, stop words and all.
    runs: tuple[tuple[Word, ...], ...] = field(default=(), compare=False)
    is_cut: bool = field(default=False, compare=False)  # it is longer than what is looked for

    @property
    def positive(self) -> bool:
        return bool(self.words or self.phrases)

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to look for and nothing to leave out."""
        return not (self.positive or self.excluded)


def tokens(text: str) -> list[str]:
    """The words of a text, in letters that can be compared, in order."""
    return _words(normalised(text))


def _words(text: str) -> list[str]:
    return text.translate(_BETWEEN).split() if text.isascii() else _WORD.findall(text)


def fold(text: str) -> str:
    """A text as a key for comparing and sorting: its words."""
    return " ".join(tokens(text))


def clean(text: str) -> str:
    """A question's text as it is shown again: one line, no control or invisible characters, at most MAX_TEXT characters."""
    seen = visible(text[: MAX_TEXT * 4])
    printable = "".join(char if char.isprintable() else " " for char in seen)
    return " ".join(unicodedata.normalize("NFC", printable).split())[:MAX_TEXT].strip()


def parse(text: str) -> Question:
    """Read words, "phrases", -excluded (a word or a phrase) and prefix* (two letters or more). The rest is plain words."""
    words: list[Word] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[Word, ...]] = []
    runs: list[list[Word]] = [[]]
    budget = MAX_WORDS
    cleaned = clean(text)
    if not any(char.isalnum() for char in cleaned):
        return Question()
    is_cut = len(cleaned) >= MAX_TEXT
    for minus, phrase, chunk in _CHUNK.findall(rewritten(_QUOTED.sub(_in_double, folded(cleaned)))):
        found = [Word(token) for token in _words(phrase or chunk)]
        if chunk and found and len(found[-1].text) > 1 and chunk.rstrip('",.;:!?)').endswith("*"):
            found[-1] = Word(found[-1].text, prefix=True)
        read, budget = _within(found, budget)
        is_cut = is_cut or len(read) < len(found)
        if minus or not chunk or chunk.startswith("-"):
            runs.append([])
        if not read:
            continue
        if minus or chunk.startswith("-"):
            excluded.append(tuple(read))
        elif chunk:
            words += read
            runs[-1] += read
        else:
            phrases.append(tuple(word.text for word in read))
    telling = [word for word in words if word.telling]
    if telling or phrases:
        words = telling
    is_cut = is_cut or len(words) > MAX_WORDS
    return Question(
        tuple(dict.fromkeys(words))[:MAX_WORDS],
        tuple(dict.fromkeys(phrases)),
        tuple(dict.fromkeys(excluded)),
        tuple(tuple(run) for run in runs if run),
        is_cut,
    )


def _in_double(quoted: re.Match[str]) -> str:
    return quoted[1] or f'"{quoted[2]}"'


def _within(words: list[Word], budget: int) -> tuple[list[Word], int]:
    """As many of these words as may still be looked for, and how many more may be."""
    read = []
    for word in words:
        if word.telling:
            if not budget:
                break
            budget -= 1
        read.append(word)
    return read, budget
