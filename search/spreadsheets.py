"""Cells of files that people open in a spreadsheet program, which takes some texts for formulas and runs them."""

import unicodedata

FORMULA = frozenset("=+-@＝＋－＠")  # East Asian editions read the wide signs as the narrow ones


def inert(cell: str) -> str:
    """The text of a CSV cell that no spreadsheet program runs: an apostrophe stands before what could be a formula."""
    return f"'{cell}" if _could_be_formula(cell) else cell


def without_mark(cell: str) -> str:
    """The text of such a cell as it was."""
    return cell[1:] if cell[:1] == "'" and _could_be_formula(cell[1:]) else cell


def _could_be_formula(cell: str) -> bool:
    if cell.startswith(("\t", "\r", "\n")):
        return True
    # Programs differ in what they skip at the start of a cell: spaces, control characters, marks without a width.
    first = next((char for char in cell if unicodedata.category(char)[0] not in "CZ"), "")
    return first in FORMULA
