"""The email in a cell, however a mail program or a spreadsheet wrote it there."""

import re
from urllib.parse import unquote

from django.core.exceptions import ValidationError

from mail.emails import normalise

# Nobody sees these, and nobody means them: soft hyphen, spaces of no width, marks of direction, byte order marks.
INVISIBLE = dict.fromkeys(
    [0xAD, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
JOINERS = dict.fromkeys([0x200C, 0x200D])  # letters of some scripts need them, those of ASCII never do
NAMED = re.compile(r'(?:"[^"]*"|[^<>"]*)\s*<\s*([^<>]+?)\s*>')  # RFC 5322's name-addr
MAILTO = "mailto:"


def visible(text: str) -> str:
    """The text without what nobody sees, and without spaces around it."""
    return text.translate(INVISIBLE).strip()


def unwrapped(text: str) -> str:
    """The email out of `"Ada" <ada@example.com>` or `mailto:ada@example.com`; any other text as it is."""
    text = visible(text)
    joined = text.translate(JOINERS)
    text = joined if joined.isascii() else text
    if named := NAMED.fullmatch(text):
        text = named[1]
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text[: len(MAILTO)].lower() == MAILTO:
        text = unquote(text[len(MAILTO) :].partition("?")[0])
    return text.strip(" ,;")


def email_in(cell: str) -> str:
    """The normalised email of a cell. Raises ValidationError where there is none, or more than one."""
    text = unwrapped(cell)
    try:
        return normalise(text)
    except ValidationError as error:
        if text.count("@") > 1 and re.search(r"[,;\s/]", text):
            several = "There is more than one email address in this cell. Give each a line of its own."
            raise ValidationError(several) from None
        if error.code != "invalid":
            raise
        raise ValidationError("This is not an email address.") from None


def is_email(cell: str) -> bool:
    if "@" not in cell:
        return False
    try:
        email_in(cell)
    except ValidationError:
        return False
    return True
