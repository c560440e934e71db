"""What a word counts for, where it stands and how rare it is: the numbers of every engine."""

from math import log

FIELDS = ("title", "tags", "summary", "body")
WEIGHTS = (3.0, 2.0, 1.5, 1.0)
LENGTH = (0.4, 0.3, 0.5, 0.6)  # how much the length of each field counts
K1 = 1.2  # how soon it counts no more that a word is there again
WRITTEN = 0.2  # what a word counts besides where it is written as it was typed
NEAR = 3.0  # what words count besides where they stand together as they were typed
BEGINNING = 3.0  # the rarity of a word of which only the beginning is known: about that of one in twenty pages


def rarity(pages: int, having: int) -> float:
    """Robertson's and Spärck Jones's inverse document frequency, never below zero."""
    return log(1 + (max(pages, having) - having + 0.5) / (having + 0.5))
