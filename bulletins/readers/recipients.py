"""Who gets an issue, and what stands in each mail to a reader."""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet

from bulletins.readers import tokens
from bulletins.readers.models import Reader, ReaderArea, State
from home.mail_headers import encoded
from search.entries import searchable_models
from taxonomy.models import Term

if TYPE_CHECKING:
    from bulletins.models import BulletinPage


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


def readers_for(bulletin: "BulletinPage") -> QuerySet[Reader]:
    """Who gets this issue: every confirmed reader who chose no service area, or one that the issue is about. An issue
    with anything that is about no area, such as a news item, concerns everybody and goes to all."""
    return confirmed(areas_of(bulletin))


def areas_of(bulletin: "BulletinPage") -> set[int]:
    """The service areas of all that stands in an issue; none where something in it is about no area."""
    picked: set[int] = set()
    for section in bulletin.sections.raw_data:
        for item in section["value"].get("items") or ():
            page = item["value"].get("page")
            if not page:
                return set()
            picked.add(page)
    about: dict[int, set[int]] = {page: set() for page in picked}
    for kind in searchable_models():
        if picked and any(field.name == "areas" for field in kind._meta.get_fields()):
            for page, area in kind._default_manager.filter(pk__in=picked, areas__isnull=False).values_list(
                "pk", "areas"
            ):
                about[page].add(area)
    return set().union(*about.values()) if all(about.values()) else set()


def confirmed(areas: set[int]) -> QuerySet[Reader]:
    """The confirmed readers whom these areas concern; a group is chosen for all the areas in it."""
    readers = Reader.objects.filter(state=State.CONFIRMED)
    if not areas:
        return readers
    groups = Term.objects.filter(pk__in=areas, parent__isnull=False).values_list("parent_id", flat=True)
    wanted = areas | {group for group in groups if group is not None}
    chose = ReaderArea.objects.all()
    return readers.filter(~Q(pk__in=chose.values("reader")) | Q(pk__in=chose.filter(term__in=wanted).values("reader")))
