"""Which readers service areas concern, and what stands in each mail to a reader."""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet

from bulletins.readers import tokens
from bulletins.readers.models import Reader, ReaderArea, State
from mail.headers import encoded
from taxonomy.models import Term


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses that belong to one reader."""

    preferences: str
    unsubscribe: str


def links_for(reader: Reader) -> Links:
    return Links(tokens.url(reader, tokens.PREFERENCES), tokens.url(reader, tokens.UNSUBSCRIBE))


def list_headers(unsubscribe: str, name: str) -> dict[str, str]:
    """The headers by which mail programs know the list and offer to leave it, at `unsubscribe` (RFC 2919, 2369, 8058)."""
    return {
        "List-Id": f"{_phrase(name)} <bulletin.{urlsplit(settings.SITE_URL).hostname}>",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _phrase(name: str) -> str:
    """A list's name as RFC 2919 takes it: letters, spaces and digits, those beyond ASCII as encoded words (RFC 2047)."""
    words = unicodedata.normalize("NFC", name)
    words = " ".join("".join(char if char.isalnum() else " " for char in words).split()) or "E-bulletin"
    if words.isascii():
        return words
    # On one line: Django takes no other, and folds it later.
    return " ".join(encoded("List-Id", words, "utf-8").split())


def confirmed(areas: set[int]) -> QuerySet[Reader]:
    """The confirmed readers whom these areas concern; a group is chosen for all the areas in it."""
    readers = Reader.objects.filter(state=State.CONFIRMED)
    if not areas:
        return readers
    groups = Term.objects.filter(pk__in=areas, parent__isnull=False).values_list("parent_id", flat=True)
    wanted = areas | {group for group in groups if group is not None}
    chose = ReaderArea.objects.all()
    return readers.filter(~Q(pk__in=chose.values("reader")) | Q(pk__in=chose.filter(term__in=wanted).values("reader")))
