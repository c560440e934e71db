"""Which words may be misspelt, and what is one mistake or two away from a word: the rule of every engine."""

from search.analysis import STOP_WORDS, fold

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST = 4  # letters of a word that may be misspelt
LONG = 6  # letters of one that may be misspelt twice
LONGEST = 40  # letters of a word that is looked at: one letter (U+FDFA) is eighteen without its ligature
RARE = 2  # pages at most that have a word which may be misspelt
MORE = 10  # how many times as many pages must have the other word


def may_be_misspelt(word: str) -> bool:
    return len(word) >= SHORTEST and len(fold(word)) <= LONGEST and word not in STOP_WORDS and word.isalpha()


def once(word: str) -> set[str]:
    """Every text that is one mistake away: a letter too many, too few, another, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    texts = {left + right[1:] for left, right in cuts if right}
    texts |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    texts |= {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    texts |= {left + letter + right for left, right in cuts for letter in LETTERS}
    return texts


def is_within_two(one: str, other: str) -> bool:
    """Whether two mistakes at most make one word of the other (letters that changed places are one)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        before, last, row = row, before, [place]
        for at, against in enumerate(other, start=1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != against))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == against:
                cost = min(cost, last[at - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
    return row[-1] <= 2
