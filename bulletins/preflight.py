"""What stops an issue from being sent, and what would make it better. Each finding says where it is and how to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings

from bulletins.issue import EDITORIAL, SECTIONS, Issue, Place
from bulletins.rendering import RenderedMail
from bulletins.rich_text import WIDTH
from bulletins.words import too_long, typed

LARGEST = 100_000  # bytes: Gmail cuts what is longer than about 102 KB
SUBJECT = 60  # characters that most mail programs show whole


class Level(StrEnum):
    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the rule; `image_id` is of the picture to mend, where it is one, and `page_id` of the page."""

    level: Level
    code: str
    what: str
    how: str
    place: Place
    image_id: int | None = None
    page_id: int | None = None


SUBJECT_FIELD = Place("the subject", "id_subject")
PREHEADER_FIELD = Place("the preheader", "id_preheader")


def preflight(issue: Issue, letter: RenderedMail) -> list[Finding]:
    """All findings, those that stop it first."""
    found = [
        *_mail_head(issue),
        *_content(issue),
        *_broken(issue),
        *_pictures(issue),
        *_letter(letter),
        *_long_words(issue),
        *_levels(issue),
    ]
    return sorted(found, key=lambda finding: finding.level != Level.BLOCK)


def blocks(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == Level.BLOCK]


def _mail_head(issue: Issue) -> Iterator[Finding]:
    if not issue.subject:
        how = "Write one on the tab “Mail”, for example “Winter 2007: a year of the action plan”."
        yield Finding(Level.BLOCK, "subject", "The mail has no subject.", how, SUBJECT_FIELD)
    elif len(issue.subject) > SUBJECT:
        what = f"The subject has {len(issue.subject)} characters. Many mail programs show only the first {SUBJECT}."
        yield Finding(Level.WARN, "long-subject", what, "Shorten it, or put what matters first.", SUBJECT_FIELD)
    if not issue.preheader:
        what = "The preheader is empty: mail programs show the first words of the mail instead."
        yield Finding(
            Level.WARN, "preheader", what, "Write one line on the tab “Mail” that says what is in it.", PREHEADER_FIELD
        )


def _content(issue: Issue) -> Iterator[Finding]:
    if not issue.editorial and not any(issue.items()):
        how = "Write an editorial, add a section, or let “Suggest content” add what is new."
        yield Finding(Level.BLOCK, "empty", "There is nothing in this issue.", how, SECTIONS)
    for item in issue.items():
        if not item.title:
            what = "An item has no title." if item.table is None else "A table has no caption."
            yield Finding(Level.BLOCK, "title", what, "Give it one.", item.place)


def _broken(issue: Issue) -> Iterator[Finding]:
    for broken in issue.broken:
        name = f"“{broken.name}”" if broken.name else "A page"
        if broken.page_id is None:
            what, how = f"{name} is not there any more.", "Choose another page or take it out."
        else:
            what = f"{name} is not published, is not open to everybody, or is a list and no page to read."
            how = "Publish it for everybody, choose another page or take it out."
        what += " The item is left out." if broken.left_out else " The link is left out."
        yield Finding(Level.BLOCK, "page", what, how, broken.place, page_id=broken.page_id)


def _pictures(issue: Issue) -> Iterator[Finding]:
    for item in issue.items():
        if item.picture and not item.picture.alt:
            what = f"The picture of “{item.title}” has no alternative text: who cannot see it learns nothing."
            how = "Open the picture and say what it shows."
            yield Finding(Level.BLOCK, "alt", what, how, item.place, image_id=item.picture.image_id)


def _letter(letter: RenderedMail) -> Iterator[Finding]:
    if letter.size > LARGEST:
        what = f"The mail is {letter.size / 1000:.0f} KB. Above {LARGEST / 1000:.0f} KB some mail programs cut it off."
        yield Finding(Level.BLOCK, "size", what, "Take items out, or shorten own summaries and news.", SECTIONS)


def _long_words(issue: Issue) -> Iterator[Finding]:
    for place, word in too_long(issue):
        what = f"A word is longer than a line of {WIDTH} characters: “{word[:60]}…”. It breaks anywhere."
        how = "Break it where it makes sense, or make a web address a link with words."
        yield Finding(Level.WARN, "long-line", what, how, place)


def _levels(issue: Issue) -> Iterator[Finding]:
    before = 0
    for place, level, words in issue.levels():
        if level > before + 1:
            what = f"The heading “{words}” skips a level: who listens to the page looks for what is missing."
            how = "Make it the larger heading" + (" in the editorial." if place is EDITORIAL else ".")
            yield Finding(Level.WARN, "levels", what, how, place)
        before = level


def external_links(issue: Issue) -> list[tuple[Place, str, str]]:
    """Place, words and address of each link to somewhere else, in order, each address once; then those that are only
    typed out, without words."""
    ours = urlsplit(settings.SITE_URL).netloc
    found: dict[str, tuple[Place, str, str]] = {}
    for place, words, address in [*issue.links(), *((place, "", url) for place, url in typed(issue))]:
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc != ours:
            found.setdefault(address, (place, words, address))
    return list(found.values())
