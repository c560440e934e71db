"""How text becomes words: the one analysis that both engines follow.

Every character that is not a letter or a digit separates words; case and accents are folded and words are stemmed
(Porter) by the engines; a possessive 's in a question is dropped. Nothing here raises, whatever the text.
"""

import re
import unicodedata
from dataclasses import dataclass, field

MAX_TEXT = 300  # characters of a question that are read
MAX_WORDS = 32

_WORD = re.compile(r"[^\W_]+")
# Where the only other letters are ASCII a table and `split` find the same words three times as fast.
_TYPOGRAPHY = "’‘“”–—…·£•\u00a0"
_BETWEEN = {code: " " for code in range(128) if not chr(code).isalnum()}
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
_CHUNK = re.compile(r'(-?)"([^"]*)"|(\S+)')
# Words that say nothing of what is looked for. They stay in the index; a question ignores them beside other words.
STOP_WORDS = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does for from had has have how i
    if in into is it its me my no not of on or our should so some than that the their them then there
    these they this to us was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 (a list of words, to be read)
)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. Phrases and exclusions always hold; words are required together or one by one."""

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[Word, ...], ...] = ()
    # The words as they stood together, stop words and all.
    runs: tuple[tuple[Word, ...], ...] = field(default=(), compare=False)

    @property
    def positive(self) -> bool:
        return bool(self.words or self.phrases)


def tokens(text: str) -> list[str]:
    """The words of a text, lower case, in order."""
    text = unicodedata.normalize("NFC", text)
    if not text.isascii():
        for sign in _TYPOGRAPHY:
            text = text.replace(sign, " ")
    if text.isascii():
        return text.lower().translate(_BETWEEN).split()
    if "\u0130" in text:  # the one letter that becomes two in lower case
        return [word.lower() for word in _WORD.findall(text)]
    return _WORD.findall(text.lower())


def without_possessives(text: str) -> str:
    return _POSSESSIVE.sub("", text)


def fold(text: str) -> str:
    """A text as a key for comparing and sorting: words in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", " ".join(tokens(text)))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def clean(text: str) -> str:
    """A question's text as it is shown again: one line, no control characters, at most MAX_TEXT characters."""
    printable = "".join(char if char.isprintable() else " " for char in text[: MAX_TEXT * 4])
    return " ".join(unicodedata.normalize("NFC", printable).split())[:MAX_TEXT].strip()


def parse(text: str) -> Question:
    """Read words, "phrases", -excluded (a word or a phrase) and prefix* (two letters or more). The rest is plain words."""
    words: list[Word] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[Word, ...]] = []
    runs: list[list[Word]] = [[]]
    budget = MAX_WORDS
    for minus, phrase, chunk in _CHUNK.findall(clean(text)):
        if not chunk:
            runs.append([])
            found = tuple(tokens(phrase))[:budget]
            if found:
                if minus:
                    excluded.append(tuple(Word(token) for token in found))
                else:
                    phrases.append(found)
        else:
            bare = chunk.rstrip('",.;:!?)')
            found = tuple(tokens(without_possessives(chunk)))[:budget]
            starred = bool(found) and bare.endswith("*") and len(found[-1]) > 1
            read = [Word(token, prefix=starred and place == len(found) - 1) for place, token in enumerate(found)]
            if chunk.startswith("-") and read:
                excluded.append(tuple(read))
                runs.append([])
            else:
                words.extend(read)
                runs[-1].extend(read)
        budget -= len(found)
        if budget <= 0:
            break
    telling = [word for word in words if word.prefix or word.text not in STOP_WORDS]
    if telling or phrases:
        words = telling
    return Question(
        tuple(dict.fromkeys(words)),
        tuple(dict.fromkeys(phrases)),
        tuple(dict.fromkeys(excluded)),
        tuple(tuple(run) for run in runs if run),
    )
