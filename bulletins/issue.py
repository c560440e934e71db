"""An issue as it is read: what web page, mail and plain text are made from, so that they cannot differ."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from bulletins.models import BulletinPage
from bulletins.rich_text import Block, Prose, Run, absolute, linked, links, paragraphs, prose, runs
from caching.site_name import site_name
from core.findable import indexable
from core.models import SiteImage
from core.tables import Table
from home.front_page import pictures_of
from search.documents import Document, plain
from search.sources import documents_for, kinds

WIDTH, HEIGHT = 536, 268  # pixels of a picture in a mail
RENDITION = f"fill-{2 * WIDTH}x{2 * HEIGHT}|format-jpeg|jpegquality-70"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in words, and the id of its element in the editor (empty: the whole)."""

    words: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    address: str
    alt: str
    image_id: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Item:
    """`kind` is what a page is, in words, and empty for news; `address` is where the title leads, or empty. A table has
    its caption for a title, and neither text nor picture."""

    kind: str
    title: str
    address: str
    text: Prose
    picture: Picture | None
    place: Place
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A page that an editor picked or linked to, and that readers cannot see."""

    place: Place
    name: str
    page_id: int | None
    left_out: bool  # with all of the item; else only the link is


@dataclass(frozen=True, slots=True)
class Issue:
    """All addresses are absolute, all texts printable."""

    title: str
    quarter: str
    number: int | None
    subject: str
    preheader: str
    address: str
    publisher: str
    editorial: Prose
    sections: tuple[Section, ...]
    as_at: datetime.date | None
    source: str
    broken: tuple[Broken, ...] = ()
    page_id: int | None = None  # None before it is saved once

    def items(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.items

    def links(self) -> Iterator[tuple[Place, str, str]]:
        """Place, words and address of each link, in the order in which they are read."""
        yield from _links_in(EDITORIAL, self.editorial)
        for item in self.items():
            if item.address:
                yield item.place, item.title, item.address
            yield from _links_in(item.place, item.text)

    def levels(self) -> Iterator[tuple[Place, int, str]]:
        """Place, level and words of each heading, in order."""
        yield Place("the title"), 1, self.title
        for block in self.editorial:
            if block.kind in ("h2", "h3"):
                yield EDITORIAL, int(block.kind[1]), "".join(run.text for run in block.lines[0])
        for section in self.sections:
            yield section.place, 2, section.heading
            yield from ((item.place, 3, item.title) for item in section.items if item.table is None)


EDITORIAL = Place("the editorial", "panel-child-issue-editorial-section")
SECTIONS = Place("the sections", "panel-child-issue-sections-section")


def _links_in(place: Place, text: Prose) -> Iterator[tuple[Place, str, str]]:
    for block in text:
        for line in block.lines:
            yield from ((place, run.text.strip(), run.address) for run in links(line) if run.address)


def issue_of(page: BulletinPage) -> Issue:
    """The issue as the page (or its draft) has it, with what readers may see of the pages in it."""
    written = [_written(number, child) for number, child in enumerate(page.sections, start=1)]
    editorial = prose(page.editorial)
    known = _known(written, editorial)
    sections = tuple(_section(heading, place, items, known) for heading, place, items in written)
    broken = [*known.broken_links(EDITORIAL, editorial)]
    for _, _, items in written:
        for item in items:
            broken += known.broken_in(item)
    return Issue(
        title=plain(page.title),
        quarter=page.quarter,
        number=page.issue_number,
        subject=plain(page.subject),
        preheader=plain(page.preheader),
        address=settings.SITE_URL + (page.get_url() or "/"),
        publisher=plain(site_name()),
        editorial=linked(editorial, known.addresses),
        sections=tuple(section for section in sections if section.items),
        as_at=page.filed_on,
        source=plain(page.source),
        broken=tuple(broken),
        page_id=page.pk,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """An item as its block has it."""

    is_page: bool
    title: str
    text: Prose
    page_id: int | None
    link: str
    place: Place
    table: Table | None = None


Sections = list[tuple[str, Place, list[Written]]]


def _written(number: int, child: Any) -> tuple[str, Place, list[Written]]:
    heading = plain(child.value["heading"] or "") or f"Section {number}"
    place = Place(f"section {number}, “{heading}”", f"block-{child.id}-section" if child.id else "")
    items = [_item(heading, place_in, item) for place_in, item in enumerate(child.value["items"], start=1)]
    return heading, place, items


def _item(heading: str, number: int, child: Any) -> Written:
    value = child.value
    place = Place(f"item {number} of “{heading}”", f"block-{child.id}-section" if child.id else "")
    if child.block_type == "table":
        return Written(False, value.table.caption, (), None, "", place, value.table)
    title = plain(value["title"] or "")
    if child.block_type == "page":
        page_id = value["page"].pk if value["page"] else None
        return Written(True, title, paragraphs(value["summary"] or ""), page_id, "", place)
    target = value["link_page"]
    text = prose(value["text"].source if value["text"] else "")
    return Written(False, title, text, target.pk if target else None, absolute(value["link"] or ""), place)


@dataclass(frozen=True, slots=True)
class Known:
    """What an issue's pages are: only of those that readers can see."""

    entries: dict[int, Document]
    addresses: dict[int, str]
    pictures: dict[int, Picture]
    names: dict[int, str]  # of all that exist, for the editor

    def broken_links(self, place: Place, text: Prose) -> Iterator[Broken]:
        for run in links(runs(text)):
            if run.page_id is not None and run.page_id not in self.addresses:
                yield Broken(place, self._name(run), self._existing(run.page_id), left_out=False)

    def broken_in(self, item: Written) -> Iterator[Broken]:
        if item.is_page and item.page_id not in self.entries:
            name = self.names.get(item.page_id or 0, "") or item.title
            yield Broken(item.place, name, self._existing(item.page_id), left_out=True)
        elif not item.is_page and item.page_id is not None and item.page_id not in self.addresses:
            name = self.names.get(item.page_id, "")
            yield Broken(item.place, name, self._existing(item.page_id), left_out=False)
        yield from self.broken_links(item.place, item.text)

    def _name(self, run: Run) -> str:
        return self.names.get(run.page_id or 0, "") or run.text.strip()

    def _existing(self, page_id: int | None) -> int | None:
        return page_id if page_id in self.names else None


def _known(sections: Sections, editorial: Prose) -> Known:
    items = [item for _, _, found in sections for item in found]
    picked = [item.page_id for item in items if item.is_page and item.page_id]
    wanted = {item.page_id for item in items if item.page_id}
    wanted |= {run.page_id for text in (editorial, *(item.text for item in items)) for run in runs(text) if run.page_id}
    if not wanted:
        return Known({}, {}, {}, {})
    names = dict(Page.objects.filter(pk__in=wanted).values_list("pk", "draft_title"))
    seen = {page.pk: page for page in indexable(Page.objects.filter(pk__in=wanted))}
    addresses = {pk: settings.SITE_URL + (page.get_url() or "/") for pk, page in seen.items()}
    entries = {entry.page_id: entry for entry in documents_for([pk for pk in picked if pk in seen])}
    pictures = {pk: picture for pk, image in pictures_of(list(entries)).items() if (picture := _picture(image))}
    return Known(entries, addresses, pictures, names)


def _picture(image: SiteImage) -> Picture | None:
    """None where the picture's file is lost."""
    try:
        rendition = image.get_rendition(RENDITION)
    except (SourceImageIOError, OSError):
        return None
    return Picture(urljoin(settings.SITE_URL, rendition.url), plain(image.alt_text), image.pk)


def _section(heading: str, place: Place, items: Iterable[Written], known: Known) -> Section:
    return Section(heading, tuple(shown for item in items if (shown := _shown(item, known))), place)


def _shown(item: Written, known: Known) -> Item | None:
    if item.table is not None:
        return None if item.table.is_empty else Item("", item.title, "", (), None, item.place, item.table)
    if not item.is_page:
        address = known.addresses.get(item.page_id, "") if item.page_id else item.link
        text = linked(item.text, known.addresses)
        return Item("", item.title, address, text, None, item.place) if item.title or text else None
    entry = known.entries.get(item.page_id or 0)
    if entry is None:
        return None
    return Item(
        kind=kinds()[entry.kind].label if entry.kind in kinds() else "",
        title=item.title or entry.title,
        address=settings.SITE_URL + entry.url,
        text=item.text or _summary(entry),
        picture=known.pictures.get(entry.page_id),
        place=item.place,
    )


def _summary(entry: Document) -> tuple[Block, ...]:
    return paragraphs(entry.summary)
