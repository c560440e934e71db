"""The repeated parts of lists, printed by Python: as templates they took most of a page's time.

Every text is escaped here, unless its name ends in `_html` or its type says that it is safe already."""

from collections.abc import Collection, Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from wagtail.images.models import Filter
from wagtail.images.shortcuts import get_rendition_or_not_found

from core.covers import cover
from core.dates import month
from core.drawings import glyph, icon
from home.front_page import Example
from search.facets import FacetCount
from search.presentation import Chip, Row
from taxonomy.models import Facet, address


def meta(row: Row) -> SafeString:
    """One line of facts below a title."""
    day, facts = row.hit.date, [escape(text) for text in (row.organisations, row.region) if text]
    if day:
        facts.append(f'As at <time datetime="{day.isoformat()}">{month(day)}</time>')
    if row.evidence:
        facts.append(f"Evidence {escape(row.evidence)}, {escape(row.evidence_label.lower())}")
    return mark_safe(" ".join(f"<span>{fact}</span>" for fact in facts))  # noqa: S308 (escaped above)


def _spoken(stages: str) -> str:
    """The stages in words, for those who do not see the ring that shows them."""
    return f'<span class="visually-hidden">, stages: {escape(stages)}</span>' if stages else ""


def result(row: Row) -> SafeString:
    """One result. The ring shows the stages that the page tells of."""
    hit = row.hit
    return mark_safe(  # noqa: S308 (escaped here; title and snippet are safe)
        f"{glyph(hit.facets.get('stage', ()), 22)}\n"
        f'<h3 class="result-title"><a href="{escape(hit.url)}">{row.title}</a></h3>\n'
        f'<p class="meta fact-line"><span class="kind-name kind-{escape(hit.kind)}">{escape(row.kind)}{_spoken(row.stages)}</span> {meta(row)}</p>\n'
        f'<p class="snippet">{row.snippet}</p>'
    )


def results(rows: Iterable[Row], exact: int) -> SafeString:
    """The results of a page, with a line before the first that has only some of the words; `exact` have all."""
    printed = [
        f'<li data-page-id="{row.hit.page_id}">{_partial(exact) if row.begins_partial else ""}'
        f"<article>{result(row)}</article></li>"
        for row in rows
    ]
    return mark_safe("\n".join(printed))  # noqa: S308 (safe parts only)


def _partial(exact: int) -> str:
    pages = f"{exact:,} {'page has' if exact == 1 else 'pages have'}" if exact else "No page has"
    return f'<p class="line">{pages} all your words; these have some of them.</p>'


def chips(chosen: Iterable[Chip]) -> SafeString:
    """The chosen filters, each a link that removes it."""
    printed = [
        f'<li><a data-remove href="{escape(chip.url)}"><span class="visually-hidden">Remove filter </span>'
        f"{escape(chip.heading)}: {escape(chip.label)}{icon('cross')}</a></li>"
        for chip in chosen
    ]
    return mark_safe("\n".join(printed))  # noqa: S308 (escaped)


def kind(slug: str, label: str, stages: Collection[str], spoken: str = "") -> SafeString:
    """What a page is, in its colour and in words; the ring shows the stages that it tells of, `spoken` is their labels."""
    said = f"{escape(label)}{_spoken(spoken)}"
    return mark_safe(f'<p class="kind kind-{escape(slug)}">{glyph(stages, 20)}{said}</p>')  # noqa: S308 (escaped)


def cards(examples: Iterable[Example]) -> SafeString:
    """The examples of the front page, the first of them large."""
    printed = [
        f'<li class="card{" lead-card" if place == 0 else ""}" data-page-id="{example.row.hit.page_id}">'
        f"{card(example, 2 if place else 4, 'lazy' if place else 'eager')}</li>"
        for place, example in enumerate(examples)
    ]
    return mark_safe("\n".join(printed))  # noqa: S308 (safe parts only)


def card(example: Example, lines: int = 2, loading: str = "lazy") -> SafeString:
    """One example; its cover is that many tiles high, and six wide."""
    row, hit = example.row, example.row.hit
    stages = hit.facets.get("stage", [])
    picture = example.picture and get_rendition_or_not_found(example.picture, Filter(spec="fill-720x480|format-webp"))
    # Beside its title the picture says nothing more.
    shown = picture.img_tag({"alt": "", "class": "cover", "loading": loading}) if picture else None
    return mark_safe(  # noqa: S308 (escaped here; the title is safe)
        f"<article>{shown or cover(hit.page_id, row.group, len(stages), 6, lines)}\n{kind(hit.kind, row.kind, stages, row.stages)}\n"
        f'<h3 class="result-title"><a href="{escape(hit.url)}">{row.title}</a></h3>\n'
        f'<p class="snippet">{escape(hit.summary)}</p>\n<p class="meta fact-line">{meta(row)}</p></article>'
    )


def index_groups(groups: Sequence[tuple[FacetCount, Sequence[FacetCount]]]) -> SafeString:
    """Groups of service areas as a typographic index, each with its areas; links lead to their pages."""
    printed = [
        f'<section class="index-group" aria-labelledby="group-{escape(group.value)}">'
        f'<h3 id="group-{escape(group.value)}">{_area_link(group)} {_count(group)}</h3>\n'
        f'<ul class="plain-list">{"".join(map(_area, areas))}</ul></section>'
        for group, areas in groups
    ]
    return mark_safe(f'<div class="index">{"".join(printed)}</div>')  # noqa: S308 (escaped here and below)


def _area(area: FacetCount) -> str:
    name = _area_link(area) if area.count else f'<span class="none-yet">{escape(area.label)}</span>'
    return f"<li>{name} {_count(area)}</li>\n"


def _count(area: FacetCount) -> str:
    found = f'{area.count:,}<span class="visually-hidden"> found</span>'
    return f'<span class="count" data-count="{area.count}">{found}</span>'


def _area_link(area: FacetCount) -> str:
    return f'<a href="{escape(address(Facet.AREA, area.value))}">{escape(area.label)}</a>'
