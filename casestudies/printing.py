"""The repeated parts of a case study's page, printed by Python: as templates they took as long as all the rest of it.

Every text is escaped here, unless its type says that it is safe already."""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe

from casestudies.rows import Outcome
from core import dates
from search.results import Hit


def outcomes(rows: Sequence[Outcome]) -> SafeString:
    """Measured changes as the items of a list."""
    return mark_safe("\n".join(f"<li>{outcome(row)}</li>" for row in rows))  # noqa: S308 (safe parts only)


def outcome(row: Outcome) -> SafeString:
    """One measured change, before and after."""
    unit = (
        f'<div class="unit"><dt class="visually-hidden">Unit</dt><dd>{escape(row.unit)}</dd></div>' if row.unit else ""
    )
    measured = dates.month(row.date) if row.date else "date not reported"
    told = (("Measured", measured), ("Source", row.source), ("Who says so", row.get_verification_display()))
    spans = (f"<span>{name}: {escape(value or 'not reported')}</span>" for name, value in told)
    return mark_safe(  # noqa: S308 (escaped here and below)
        f'<h3>{escape(row.measure)}</h3>\n<dl class="change"><div><dt>Before</dt>{_value(row.before)}</div>\n'
        f'<div class="after"><dt>After</dt>{_value(row.after)}</div>\n{unit}</dl>\n<p class="meta fact-line">{" ".join(spans)}</p>'
    )


def _value(value: str) -> str:
    return f"<dd>{escape(value)}</dd>" if value else '<dd class="not-reported">not reported</dd>'


def similar(hits: Iterable[Hit]) -> SafeString:
    """Pages like this one as the items of a list."""
    printed = (
        f'<li data-page-id="{hit.page_id}"><h3 class="result-title"><a href="{escape(hit.url)}">{escape(hit.title)}</a>'
        f"</h3>\n<p>{escape(hit.summary)}</p></li>"
        for hit in hits
    )
    return mark_safe("\n".join(printed))  # noqa: S308 (escaped)
