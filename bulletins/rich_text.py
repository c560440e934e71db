"""An editor's formatted text as a structure that web page, mail and plain text are all made of."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from search.documents import plain
from search.html_tables import rows_as_paragraphs

WIDTH = 72
SCHEMES = ("http", "https", "mailto", "tel")
PARAGRAPHS = ("p", "div", "blockquote", "pre", "dt", "dd", "section", "figcaption", "address")
HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 3, "h5": 3, "h6": 3}


@dataclass(frozen=True, slots=True)
class Run:
    """Some words in one style. A link to a page of ours has its number until `linked` gives it an address."""

    text: str
    bold: bool = False
    italic: bool = False
    address: str = ""
    page_id: int | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph ("p"), a heading ("h2", "h3") or a list ("ul", "ol"), which alone has more than one line."""

    kind: str
    lines: tuple[Line, ...]


Prose = tuple[Block, ...]


def paragraphs(text: str) -> Prose:
    """Plain text, whose paragraphs stand apart by an empty line."""
    parts = map(plain, text.replace("\r\n", "\n").split("\n\n"))
    return tuple(Block("p", ((Run(part),),)) for part in parts if part)


def prose(markup: str) -> Prose:
    """What the rich text editor keeps."""
    reader = _Reader()
    reader.feed(rows_as_paragraphs(markup))
    reader.close()
    return tuple(reader.blocks())


def linked(text: Prose, addresses: dict[int, str]) -> Prose:
    """With the addresses of these pages; a link to any other page of ours is no link but its words."""

    def run(one: Run) -> Run:
        return replace(one, address=addresses.get(one.page_id, "")) if one.page_id is not None else one

    return _each(text, run)


def readdressed(text: Prose, address: Callable[[str], str]) -> Prose:
    """With each link's address as this function gives it."""
    return _each(text, lambda run: replace(run, address=address(run.address)) if run.address else run)


def _each(text: Prose, change: Callable[[Run], Run]) -> Prose:
    return tuple(replace(block, lines=tuple(tuple(map(change, line)) for line in block.lines)) for block in text)


def runs(text: Prose) -> Iterator[Run]:
    for block in text:
        for line in block.lines:
            yield from line


def links(text: Iterable[Run]) -> Iterator[Run]:
    """One run for each link, with all of its words."""
    held: Run | None = None
    for run in text:
        if held and (run.address, run.page_id) == (held.address, held.page_id):
            held = replace(held, text=held.text + run.text)
            continue
        if held and _is_link(held):
            yield held
        held = run
    if held and _is_link(held):
        yield held


def _is_link(run: Run) -> bool:
    return bool(run.address) or run.page_id is not None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[tuple[str, list[list[Run]]]] = []
        self._bold = self._italic = 0
        self._link = Run("")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HEADINGS:
            self._open(f"h{HEADINGS[tag]}")
        elif tag in ("ul", "ol"):
            self._blocks.append((tag, []))
        elif tag == "li":
            if self._blocks and self._blocks[-1][0] in ("ul", "ol"):
                self._blocks[-1][1].append([])
            else:
                self._blocks.append(("ul", [[]]))
        elif tag in PARAGRAPHS:
            self._open("p")
        elif tag == "br":
            self.handle_data(" ")
        elif tag == "a":
            self._link = _link(dict(attrs))
        self._bold += tag in ("b", "strong")
        self._italic += tag in ("i", "em")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = Run("")
        self._bold -= tag in ("b", "strong")
        self._italic -= tag in ("i", "em")
        if tag in HEADINGS or tag in PARAGRAPHS or tag in ("ul", "ol"):
            self._blocks.append(("end", []))

    def handle_data(self, data: str) -> None:
        if not self._blocks or self._blocks[-1][0] == "end" or not self._blocks[-1][1]:
            if not data.strip():
                return
            self._open("p")
        run = replace(self._link, text=_printable(data), bold=self._bold > 0, italic=self._italic > 0)
        self._blocks[-1][1][-1].append(run)

    def _open(self, kind: str) -> None:
        self._blocks.append((kind, [[]]))

    def blocks(self) -> Iterator[Block]:
        for kind, lines in self._blocks:
            kept = tuple(line for line in map(_tidy, lines) if line)
            if kept:
                yield Block(kind, kept)


def _printable(data: str) -> str:
    """With the spaces at its ends, which part it from what stands beside it."""
    return f"{' ' if data[:1].isspace() else ''}{plain(data)}{' ' if data[-1:].isspace() else ''}"


def _link(attrs: dict[str, str | None]) -> Run:
    if attrs.get("linktype") == "page":
        number = attrs.get("id") or ""
        # What is no number is a page that is not there.
        return Run("", page_id=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0)
    return Run("", address=absolute(attrs.get("href") or ""))


def absolute(address: str) -> str:
    """The address as it stands in a mail; nothing where it leads nowhere from there."""
    address = plain(address).replace(" ", "%20")
    if address.startswith("/") and not address.startswith("//"):
        return settings.SITE_URL + address
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return ""
    return address if scheme in SCHEMES else ""


def _tidy(line: list[Run]) -> Line:
    """With single spaces, none at either end, and no run without text."""
    found: list[Run] = []
    space = True
    for run in line:
        text = " ".join(run.text.split())
        before = run.text[:1].isspace() and not space
        if text:
            found.append(replace(run, text=f"{' ' if before else ''}{text}{' ' if run.text[-1:].isspace() else ''}"))
        elif before and found:
            found[-1] = replace(found[-1], text=found[-1].text + " ")
        if run.text:
            space = run.text[-1:].isspace()
    if found:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
    return tuple(found)


# As HTML


def as_html(text: Prose) -> SafeString:
    """For the web page and for mail: the same elements, without any attribute but the address of a link."""
    return format_html_join("\n", "{}", ((_block_html(block),) for block in text))


def _block_html(block: Block) -> SafeString:
    if block.kind in ("ul", "ol"):
        items = format_html_join("", "<li>{}</li>", ((_line_html(line),) for line in block.lines))
        return format_html("<{0}>{1}</{0}>", block.kind, items)
    return format_html("<{0}>{1}</{0}>", block.kind, _line_html(block.lines[0]))


def _line_html(line: Line) -> SafeString:
    found = ""
    for place, run in enumerate(line):
        words = str(escape(run.text))
        words = f"<em>{words}</em>" if run.italic else words
        words = f"<strong>{words}</strong>" if run.bold else words
        # Words of one link in two styles stay one link.
        starts = place == 0 or line[place - 1].address != run.address
        ends = place == len(line) - 1 or line[place + 1].address != run.address
        found += f'<a href="{escape(run.address)}">' if run.address and starts else ""
        found += words + ("</a>" if run.address and ends else "")
    return mark_safe(found)  # noqa: S308 (each text is escaped above)


# As plain text


def as_text(text: Prose) -> str:
    return "\n\n".join(_block_text(block) for block in text)


def _block_text(block: Block) -> str:
    if block.kind in ("h2", "h3"):
        return heading("".join(run.text for run in block.lines[0]), int(block.kind[1]))
    lines = []
    for number, line in enumerate(block.lines, start=1):
        mark = {"ul": "- ", "ol": f"{number}. "}.get(block.kind, "")
        words = wrapped("".join(run.text for run in line), first=mark, others=" " * len(mark))
        lines.append("\n".join([words, *_addresses(line)]))
    return "\n".join(lines)


def _addresses(line: Line) -> Iterator[str]:
    """Each link of a line on lines of its own, after the line's words."""
    found = [run for run in links(line) if run.address]
    for run in found:
        words = " ".join(run.text.split())
        shown = len(found) > 1 and words not in (run.address, run.address.removeprefix("mailto:"))
        yield f"{wrapped(words)}:\n{run.address}" if shown and words else run.address


def heading(text: str, level: int) -> str:
    """Underlined: as wide as its longest line."""
    lines = wrapped(text)
    return f"{lines}\n{'=-.'[level - 1] * min(WIDTH, max(map(len, lines.splitlines()), default=0))}"


def wrapped(text: str, first: str = "", others: str = "") -> str:
    """In lines of at most WIDTH; what has no space in it stays whole, for it may be an address."""
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
