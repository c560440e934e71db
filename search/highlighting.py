"""The words of a question in the texts of a page: which are marked, and what of a text is shown around them.

One rule for every engine. Everything that comes out is safe HTML whose only tag is <mark>.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from search.analysis import fold
from search.stemming import stems
from search.synonyms import Expanded

WIDTH = 260  # characters that are shown of a longer text
LEAD = 60  # of them before the first mark, at most
MANY = 500  # places of one word that are looked at, to choose which part is shown
GAP = "…"

_WORD = re.compile(r"[^\W_]+")
Span = tuple[int, int, int]  # start, end, and the part of the question


@dataclass(frozen=True, slots=True)
class Said:
    """Stems of words that stand together, or letters that a word begins with; and the part of the question it is for."""

    part: int
    stems: tuple[str, ...] = ()
    beginning: str = ""


Wanted = Mapping[str, tuple[Said, ...]]  # by the letters that the first word begins with


def wanted(question: Expanded) -> Wanted:
    """What is marked: every word of the question, whatever was found in its place, and its phrases."""
    found: dict[str, dict[Said, None]] = defaultdict(dict)
    for part, group in enumerate(question.groups):
        for alternative in group.alternatives:
            if alternative.prefix:
                beginning = fold(alternative.words[0])
                found[beginning][Said(part, beginning=beginning)] = None
            else:
                _add_run(found, part, alternative.words)
    for part, phrase in enumerate(question.phrases, len(question.groups)):
        _add_run(found, part, phrase)
    return {letters: tuple(said) for letters, said in found.items() if letters}


def _add_run(found: dict[str, dict[Said, None]], part: int, words: Iterable[str]) -> None:
    run = tuple(stems(words))
    if run:
        # A stem may change the last letter of what it stands for (happy, happi), none before.
        letters = run[0][:-1] if len(run[0]) > 2 else run[0][:1]
        found[letters][Said(part, run)] = None


def marked(text: str, said: Wanted) -> str:
    """The whole text with its marks."""
    text = unicodedata.normalize("NFC", text)
    return _html(text, _spans(text, said))


def excerpt(text: str, said: Wanted) -> str | None:
    """As much of a text as is shown, around what is marked, with its marks; None where it has nothing to mark."""
    text = unicodedata.normalize("NFC", text)
    spans = _spans(text, said)
    if not spans:
        return None
    if len(text) <= WIDTH:
        return _html(text, spans)
    start, end = _window(text, spans)
    part = text[start:end]
    return _around(text, start, end, _html(part, _spans(part, said)))


def beginning(text: str) -> str:
    """As much as is shown of a text that has nothing to mark."""
    end = len(text) if len(text) <= WIDTH else _last_end(text, 0, WIDTH)
    return _around(text, 0, end, escape(text[:end]))


def _around(text: str, start: int, end: int, shown: str) -> str:
    return f"{GAP} " * (start > 0) + shown.strip() + f" {GAP}" * (end < len(text))


def _spans(text: str, said: Wanted) -> list[Span]:
    """Where the text has something to mark, in order."""
    lower = text.replace("\u0130", "I").lower()  # the one letter that becomes two in lower case
    plain = _without_accents(lower)
    spans: list[Span] = []
    for letters, several in said.items():
        if letters not in plain:
            continue
        known: dict[str, tuple[Said, ...]] = {}
        for start, end in _words_from(plain, letters):
            word = lower[start:end]
            if word not in known:
                known[word] = _meant(word, plain[start:end], several)
            for one in known[word]:
                last = _end_of_run(lower, plain, end, one.stems[1:]) if len(one.stems) > 1 else end
                if last:
                    spans.append((start, last, one.part))
    return sorted(spans)


def _without_accents(text: str) -> str:
    """The text with letters in the place of accented ones; of the same length."""
    if not text.isascii():
        for char in set(text):
            if char > "\x7f" and char.isalnum():
                base = "".join(one for one in unicodedata.normalize("NFKD", char) if not unicodedata.combining(one))
                if len(base) == 1 and base != char:
                    text = text.replace(char, base)
    return text


def _words_from(text: str, letters: str) -> Iterator[tuple[int, int]]:
    """The words that begin with these letters."""
    place, count = text.find(letters), 0
    while place >= 0 and count < MANY:
        end = place + 1
        if not place or not text[place - 1].isalnum():
            match = _WORD.match(text, place)
            if match:
                end, count = match.end(), count + 1
                yield place, end
        place = text.find(letters, end)


def _meant(word: str, plain: str, several: Iterable[Said]) -> tuple[Said, ...]:
    """What of this begins with a word."""
    found = stems([word])
    return tuple(
        one for one in several if (plain.startswith(one.beginning) if one.beginning else found == [one.stems[0]])
    )


def _end_of_run(lower: str, plain: str, end: int, rest: tuple[str, ...]) -> int:
    """Where the words end that follow; 0 where others do."""
    for stem in rest:
        match = _WORD.search(plain, end)
        # Few words that follow even begin with the right letter.
        if match is None or plain[match.start()] != stem[0] or stems([lower[match.start() : match.end()]]) != [stem]:
            return 0
        end = match.end()
    return end


def _window(text: str, spans: list[Span]) -> tuple[int, int]:
    """The part that has most of the question, then most marks; the first of equal ones."""
    counts: Counter[int] = Counter()
    best, first, last = (0, 0), spans[0], spans[0]
    ahead = 0
    for place, span in enumerate(spans):
        while (ahead < len(spans) and spans[ahead][1] <= span[0] + WIDTH - LEAD) or ahead == place:
            counts[spans[ahead][2]] += 1
            ahead += 1
        score = (len(counts), ahead - place)
        if score > best:
            best, first, last = score, span, spans[ahead - 1]
        counts[span[2]] -= 1
        if not counts[span[2]]:
            del counts[span[2]]
    start = _first_start(text, first[0])
    end = start + WIDTH
    if end < len(text):
        return start, _last_end(text, min(last[1], end), end)
    early = len(text) - WIDTH
    space = text.find(" ", early, start)
    return space + 1 if space >= 0 else start, len(text)


def _first_start(text: str, place: int) -> int:
    """Where the sentence begins, or else a word, shortly before this place."""
    if place <= LEAD:
        return 0
    earliest = place - LEAD
    sentence = max(text.rfind(mark, earliest, place) for mark in (". ", "? ", "! "))
    if sentence >= 0:
        return sentence + 2
    space = text.find(" ", earliest, place)
    return space + 1 if space >= 0 else place


def _last_end(text: str, earliest: int, latest: int) -> int:
    """Where a word ends, between these places; the latest in the midst of an endless one."""
    space = text.rfind(" ", earliest, latest + 1)
    return space if space > 0 else latest


def _html(text: str, spans: Iterable[Span]) -> str:
    """Spans that overlap are one mark."""
    merged: list[tuple[int, int]] = []
    for start, end, _ in spans:
        if merged and start < merged[-1][1]:
            start, last = merged.pop()
            end = max(end, last)
        merged.append((start, end))
    parts, shown = [], 0
    for start, end in merged:
        parts += [escape(text[shown:start]), f"<mark>{escape(text[start:end])}</mark>"]
        shown = end
    return "".join([*parts, escape(text[shown:])])
