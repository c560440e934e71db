"""An issue as mail: HTML and plain text, and the message that carries both.

The links that differ for each reader stand in the texts as addresses that lead nowhere until `message` puts the
reader's own in their place: so an issue is rendered once, however many readers it has.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.dateformat import format as date_format
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from bulletins.campaign import marked
from bulletins.issue import Issue, Item, Section, issue_of
from bulletins.models import BulletinPage, SentCopy
from bulletins.readers.recipients import list_headers
from bulletins.rich_text import Prose, as_html, as_text, heading, readdressed, wrapped
from caching.site_name import site_name
from core.tables import Row, Table
from mail.headers import sender

# ".invalid" is reserved (RFC 2606): no text that an editor may write leads there.
BROWSER, PREFERENCES, UNSUBSCRIBE = (
    f"https://link.invalid/{name}/" for name in ("browser", "preferences", "unsubscribe")
)
# Not a hashed name: mail is read for years.
RING = "img/bulletin-ring.png"
# Characters without a shape after the preheader: or mail programs go on with the first words of the mail.
FILLER = "\u2007\ufeff\u034f" * 30
# Letters of a word in a table's cell that stay together, and of its pieces where it has more: on a phone each of the
# columns has room for as many.
LONG, PIECE = 10, 6
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """An issue as mail, the same for all readers but for their links."""

    subject: str
    html: str
    text: str
    publisher: str

    @property
    def size(self) -> int:
        """Of the HTML, in bytes: programs that cut long mails count these."""
        return len(self.html.encode())


@dataclass(frozen=True, slots=True)
class Links:
    """One reader's addresses. `one_click` answers the POST of RFC 8058; empty, it is `unsubscribe`."""

    browser: str
    preferences: str
    unsubscribe: str
    one_click: str = ""


def letter_for(page: BulletinPage) -> RenderedMail:
    """As it was sent, where it was; else as it would be sent now."""
    sent = page.sent
    if sent is None:
        return letter_of(issue_of(page))
    return RenderedMail(sent.subject, sent.html, sent.text, site_name())


def letter_of(issue: Issue) -> RenderedMail:
    issue = _marked(issue)
    return RenderedMail(issue.subject or issue.title, mail_html(issue), plain_text(issue), issue.publisher)


def _marked(issue: Issue) -> Issue:
    """Its links to pages of ours say that they stand in the mail of this issue."""

    def mark(address: str) -> str:
        return marked(address, issue.page_id)

    def item(one: Item) -> Item:
        return replace(one, address=mark(one.address), text=readdressed(one.text, mark))

    def section(one: Section) -> Section:
        return replace(one, items=tuple(map(item, one.items)))

    sections = tuple(map(section, issue.sections))
    return replace(issue, editorial=readdressed(issue.editorial, mark), sections=sections)


def web_context(page: BulletinPage) -> dict[str, Any]:
    """What the web page shows. Links to pages of ours are relative there, whatever address it is read at."""
    issue = issue_of(page)
    here = f'href="{settings.SITE_URL}/'

    def html(text: Prose) -> SafeString:
        return mark_safe(as_html(text).replace(here, 'href="/'))  # noqa: S308 (escaped by as_html)

    def item(one: Item) -> dict[str, Any]:
        picture = one.picture and one.picture.address.removeprefix(settings.SITE_URL)
        address = one.address.removeprefix(settings.SITE_URL)
        return {"item": one, "address": address, "picture": picture, "text": html(one.text)}

    sections = [(section.heading, [item(one) for one in section.items]) for section in issue.sections]
    return {"issue": issue, "editorial": html(issue.editorial), "sections": sections, "sent": page.sent}


def mail_html(issue: Issue) -> str:
    context = {
        "issue": issue,
        "editorial": as_html(issue.editorial),
        "sections": [
            (section.heading, [(_breakable(item), as_html(item.text)) for item in section.items])
            for section in issue.sections
        ],
        "ring": f"{settings.SITE_URL}{settings.STATIC_URL}{RING}",
        "browser_url": BROWSER,
        "preferences_url": PREFERENCES,
        "unsubscribe_url": UNSUBSCRIBE,
        "site_url": settings.SITE_URL,
        "filler": FILLER,
    }
    html = render_to_string("bulletins/mail.html", context)
    # Indents are a tenth of the size, and mean nothing.
    return _inliner.inline("\n".join(line.strip() for line in html.splitlines() if line.strip()))


def _breakable(item: Item) -> Item:
    """A table whose long words may break. Were they all to, a narrow column would break figures and short words too."""
    if item.table is None:
        return item

    def row(cells: Row) -> Row:
        return tuple(replace(cell, text=_with_breaks(cell.text)) for cell in cells)

    return replace(item, table=replace(item.table, head=row(item.table.head), rows=tuple(map(row, item.table.rows))))


def _with_breaks(text: str) -> SafeString:
    words = text.split()
    return format_html_join(" ", "{}", ((word if len(word) <= LONG else _in_pieces(word),) for word in words))


def _in_pieces(word: str) -> SafeString:
    pieces = ((word[at : at + PIECE],) for at in range(0, len(word), PIECE))
    return format_html_join(mark_safe("<wbr>"), "{}", pieces)


def plain_text(issue: Issue) -> str:
    number = f", issue {issue.number}" if issue.number else ""
    parts = [
        wrapped(f"{issue.publisher}: e-bulletin, {issue.quarter}{number}"),
        f"Read it in your browser:\n{BROWSER}",
        heading(issue.title, 1),
        as_text(issue.editorial),
    ]
    for section in issue.sections:
        parts.append(heading(section.heading, 2))
        parts += map(_item_text, section.items)
    if issue.as_at:
        parts.append(wrapped(f"As at {date_format(issue.as_at, 'F Y')}."))
    if issue.source:
        parts.append(wrapped(f"Source: {issue.source}"))
    parts.append("-" * 3)
    parts.append(wrapped(f"You get this because you asked {issue.publisher} for its e-bulletin."))
    parts.append(f"Change what you get:\n{PREFERENCES}")
    parts.append(f"Stop getting it:\n{UNSUBSCRIBE}")
    return "\n\n".join(filter(None, parts)) + "\n"


def _item_text(item: Item) -> str:
    if item.table is not None:
        return _table_text(item.table)
    title = f"{item.kind}: {item.title}" if item.kind else item.title
    top = "\n".join(filter(None, [heading(title, 3) if title else "", item.address]))
    return "\n\n".join(filter(None, [top, as_text(item.text)]))


def _table_text(table: Table) -> str:
    """One point for each row, each cell with the heading of its column: columns would not stay below one another."""
    lines = [wrapped(f"Table: {table.caption}")]
    for row in table.rows:
        cells = [
            f"{head.text}: {cell.text}" if head.text and not cell.names else cell.text
            for head, cell in zip(table.head, row, strict=True)
            if cell.text
        ]
        lines.append(wrapped("; ".join(cells), first="- ", others="  "))
    return "\n".join([*lines, *([wrapped(f"Source: {table.source}")] if table.source else [])])


def message(letter: RenderedMail, to: str, links: Links, message_id: str = "") -> EmailMultiAlternatives:
    """The mail to one reader, ready to be sent. `message_id` with its angle brackets; one is made where it is empty."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=_filled(letter.text, links),
        from_email=sender(letter.publisher),
        to=[to],
        headers={"Message-ID": message_id or make_msgid(domain=host)}
        | list_headers(links.one_click or links.unsubscribe, letter.publisher),
    )
    mail.attach_alternative(_filled(letter.html, links, in_html=True), "text/html")
    return mail


def _filled(text: str, links: Links, *, in_html: bool = False) -> str:
    for placeholder, address in (
        (BROWSER, links.browser),
        (PREFERENCES, links.preferences),
        (UNSUBSCRIBE, links.unsubscribe),
    ):
        text = text.replace(placeholder, escape(address) if in_html else address)
    return text


def freeze(page: BulletinPage, sent_at: datetime) -> SentCopy:
    """Keep the issue as it goes out now; what is frozen already stays as it is."""
    letter = letter_for(page)
    texts = {"subject": letter.subject, "html": letter.html, "text": letter.text}
    copy, _ = SentCopy.objects.get_or_create(page=page, defaults={"sent_at": sent_at} | texts)
    page.sent_copy = copy
    return copy
