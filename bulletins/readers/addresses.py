"""Mail addresses of readers: which are taken, in which form they are kept, and what is left of one that is forgotten."""

import functools
import unicodedata

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from core.open_forms import NOT_TEXT

LONGEST = 254  # octets of an address, RFC 5321 with RFC 3696's erratum 1690
LONGEST_LOCAL = 64  # octets, RFC 5321, 4.5.3.1.1
ATEXT = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"
)  # RFC 5322, 3.2.3
# Beyond ASCII (RFC 6531): letters, marks, numbers, punctuation and symbols; nothing that is invisible or unassigned.
REFUSED_CATEGORIES = ("C", "Z")
INVALID = "Enter a mail address such as name@example.org."


def normalise(text: str) -> str:
    """The address in the form in which mail is sent to it: NFC, the domain in lower case and as IDNA's ASCII letters.
    Raises ValidationError where it is none. Local parts in quotation marks and numbers as domains are not taken."""
    try:
        local, domain = unicodedata.normalize("NFC", text.strip()).rsplit("@", 1)
        found = f"{_local(local)}@{_domain(domain)}"
        if len(found.encode()) > LONGEST:
            raise ValueError("too long")
    except ValueError:  # idna's errors and those of the encoding are ValueErrors too
        raise ValidationError(INVALID, code="invalid") from None
    return found


def _local(local: str) -> str:
    if not all(local.split(".")) or len(local.encode()) > LONGEST_LOCAL:
        raise ValueError("an empty part, or too long")
    if not all(char in ATEXT or char == "." or _is_letter_beyond_ascii(char) for char in local):
        raise ValueError("not a dot-atom")
    return local


def _is_letter_beyond_ascii(char: str) -> bool:
    return not char.isascii() and char != NOT_TEXT and not unicodedata.category(char).startswith(REFUSED_CATEGORIES)


@functools.lru_cache(maxsize=2048)  # a list of readers has few domains, and IDNA is slow
def _domain(domain: str) -> str:
    ascii_domain = idna.encode(domain, uts46=True).decode().lower()
    labels = ascii_domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or len(ascii_domain) > 253:
        raise ValueError("not the name of a mail domain")
    return ascii_domain


def same(address: str) -> str:
    """By what two normalised addresses are known to be one person's. By the standard a local part's case may matter;
    in practice it never does, and nobody wants two copies."""
    return unicodedata.normalize("NFC", address.casefold())


def readable(address: str) -> str:
    """The normalised address with its domain as people write it."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except ValueError:
        return address


def hashes(address: str) -> list[str]:
    """What may stand for a normalised address that is not kept: by today's secret key first, then by older ones."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("bulletins.readers.forgotten", same(address), secret=key, algorithm="sha256").hexdigest()
        for key in keys
    ]
