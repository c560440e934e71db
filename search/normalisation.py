"""Text as it is compared: one form of a text for index, question and highlights, whatever signs it is typed with.

Letters lose case, accents and ligatures, invisible characters go, every apostrophe, quotation mark and dash becomes one of
each kind. Sums, letters joined by "&" and sections of Acts are written in one way. Nothing here raises.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

_FOREIGN = re.compile(r"[^\x00-\x7f]")
_ASCII = frozenset(map(chr, range(128)))
_DIGIT = re.compile("[0-9]")
_APOSTROPHES = "’‘‚‛ʼʹʻʽˈ′´`‵ꞌ׳❛❜"
_QUOTES = "“”„‟«»‹›〝〞〟「」『』﹁﹂﹃﹄❝❞″‶"
# What Unicode takes for letters of their own, and people type without the stroke; and signs that would run into a word.
_LETTERS = {
    **dict(zip("łŀøđðħıŋŧƶɨʉɇƀǥĸ", "lloddhintziuebgk", strict=True)),
    "œ": "oe",
    "æ": "ae",
    "þ": "th",
    "™": " ",
    "℠": " ",
    "§": " section ",
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys("−⁃", "-"),
    # Fillers and joiners that nobody sees, beside those that Unicode calls formats.
    **dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0", ""),
}


class _Folded(dict[str, str]):
    """What stands for a character beyond ASCII, kept."""

    def __missing__(self, char: str) -> str:
        found = self[char] = _fold(char)
        return found


def _fold(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return ""
    if category == "Pd":
        return "-"
    if category in ("Pi", "Pf"):
        return '"'
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if "\u3040" <= char <= "\u30ff":  # of Japanese letters the marks are no accents
        return char
    apart = unicodedata.normalize("NFKD", char)
    bare = "".join(_LETTERS.get(one, one) for one in apart if not unicodedata.combining(one)).casefold()
    # Case folding may bring back an accent, or a letter of the table.
    again = unicodedata.normalize("NFKD", bare)
    plain = "".join(_LETTERS.get(one, one) for one in again if not unicodedata.combining(one))
    return unicodedata.normalize("NFC", plain)


_FOLDED = _Folded()


def is_invisible(char: str) -> bool:
    """Whether nobody sees it, so that it separates nothing."""
    return char > "\x7f" and not _FOLDED[char]


def visible(text: str) -> str:
    """A text without the characters that nobody sees."""
    return text if text.isascii() else "".join(char for char in text if not is_invisible(char))


def folded(text: str) -> str:
    """The text in letters that can be compared, with all its punctuation."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for char in set(text) - _ASCII:
            text = text.replace(char, _FOLDED[char])
    return text.lower()


# Ways of writing

_INNER_APOSTROPHE = re.compile(r"'(?<=[^\W_]')(?=[^\W\d_])")
_POSSESSIVE_AFTER_S = re.compile(r"'s(?<=s's)(?![^\W_])")
_LETTERS_JOINED = re.compile(r"&(?<=(?<![^\W_])[a-z]&)(?=[a-z](?![^\W_]))")
_LETTERS_APART = re.compile(r"\s&\s(?<=(?<![^\W_])[a-z]\s&\s)(?=[a-z](?![^\W_]))")
_LETTERS_AND = re.compile(r" and (?=[a-z](?![^\W_]))")
_SECTION = re.compile(r"s(?<![^\W_]s)s?(?:\.\s?|\s)?(?=[0-9]{1,3}[a-z]{0,2}(?![^\W_]))")
_SUM = re.compile(
    r"[0-9](?<![\w.,][0-9])(?:[0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]{0,9}(?=\.[0-9]|\s?[ktmb]))(?:\.[0-9]+)?"
    r"(?:(?:k|mn?|bn)(?![^\W_])|\s?(?:thousand|million|billion)(?![^\W_]))?"
)
_UNIT = re.compile(r"\s?([a-z]+)$")
_TIMES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}


def _and(match: re.Match[str]) -> str:
    """ "A and E" is one word, and so is "Q and A"; in "plan B and a budget" the "a" is none of such letters."""
    before, after = match.string[max(0, match.start() - 2) : match.start()], match.string[match.end()]
    alone = before[-1:].isalpha() and not before[:-1].isalnum()
    return "and" if alone and (after != "a" or before[-1] == "q") else match[0]


def _sum(match: re.Match[str]) -> str:
    """The whole number that a sum is, in digits; the sum as it stands where it is none."""
    text = match[0]
    unit = _UNIT.search(text)
    digits = (text[: unit.start()] if unit else text).replace(",", "")
    amount = Decimal(digits).scaleb(_TIMES[unit[1]] if unit else 0)
    if amount == amount.to_integral_value() and (unit or "," in text):
        return str(int(amount))
    return text if unit else digits


Replacement = str | Callable[[re.Match[str]], str]
# What must be in a text for a rule to be tried, the rule, and what is written instead.
Rule = tuple[str, re.Pattern[str], Replacement]
_RULES: tuple[Rule, ...] = (
    ("s's", _POSSESSIVE_AFTER_S, ""),
    ("'", _INNER_APOSTROPHE, ""),
    ("&", _LETTERS_JOINED, "and"),
    ("&", _LETTERS_APART, "and"),
    (" and ", _LETTERS_AND, _and),
    ("&", re.compile("&"), ".and."),  # no space: it stays in one piece where it is typed in one
)
_RULES_FOR_DIGITS: tuple[Rule, ...] = (
    ("", _SUM, _sum),
    ("s", _SECTION, "section."),
)


def rewritten(text: str) -> str:
    """A folded text with everything written in one way."""
    for sign, pattern, new in _rules_for(text):
        if sign in text:
            text = pattern.sub(new, text)
    return text


def _rules_for(text: str) -> tuple[Rule, ...]:
    return (*_RULES, *_RULES_FOR_DIGITS) if _DIGIT.search(text) else _RULES


def normalised(text: str) -> str:
    return rewritten(folded(text))


def aligned(text: str) -> tuple[str, list[int] | None]:
    """A composed text (NFC) normalised, and which character of it each one comes from; None where each stands in its
    own place."""
    origin: list[int] | None = None
    plain = text
    if not text.isascii():
        for char in set(text) - _ASCII:
            if len(_FOLDED[char]) == 1:
                plain = plain.replace(char, _FOLDED[char])
        plain, origin = _substituted(plain, origin, _FOREIGN, lambda match: _FOLDED[match[0]])
    plain = plain.lower()
    for sign, pattern, new in _rules_for(plain):
        if sign in plain:
            plain, origin = _substituted(plain, origin, pattern, new)
    return plain, origin


def _substituted(
    text: str, origin: list[int] | None, pattern: re.Pattern[str], new: Replacement
) -> tuple[str, list[int] | None]:
    found = [
        (match.start(), match.end(), match.expand(new) if isinstance(new, str) else new(match))
        for match in pattern.finditer(text)
    ]
    if not found:
        return text, origin
    parts: list[str] = []
    places: list[int] = []
    source = list(range(len(text))) if origin is None else origin
    done = 0
    for start, end, put in found:
        parts += [text[done:start], put]
        places += source[done:start]
        if len(put) == end - start:
            places += source[start:end]
        elif put:
            # The whole of what was there, from the first character to the last.
            places += [source[start]] * (len(put) - 1) + [source[end - 1]]
        done = end
    places += source[done:]
    return "".join([*parts, text[done:]]), places
