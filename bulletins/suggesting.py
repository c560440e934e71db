"""What is new since the last issue, for an editor to add to a draft."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from wagtail.models import Page

from bulletins.models import BulletinPage
from core.findable import findable_models, indexable
from search.documents import Document
from search.sources import documents_for
from taxonomy.fields import all_terms
from taxonomy.models import Facet

MOST = 60
ELSEWHERE = "Also new"
NONE_SENT = "at any time, as no issue was sent to readers yet and nothing is newer than the issue before this one"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be added: by the heading of its section, newest first. `left` more did not fit."""

    since: datetime | None
    because: str
    groups: list[tuple[str, list[Document]]]
    left: int = 0


def suggestion(page: BulletinPage) -> Suggestion:
    """For the draft of this issue: what was first published since the issue before it and is not in it yet."""
    draft = page.get_latest_revision_as_object()
    since, because, was_sent = _since(draft)
    pages = indexable(Page.objects.exclude(pk__in=_picked(draft.sections.raw_data)))
    kinds = [model for model in findable_models() if model.is_news]
    pages = pages.type(*kinds).filter(first_published_at__isnull=False).order_by("-first_published_at", "-pk")  # type: ignore[attr-defined]
    newer = pages.filter(first_published_at__gt=since) if since else pages
    if since and not was_sent and not newer.exists():
        # Such as a new site: its first issue was published with all the rest, and no reader has got anything.
        since, because, newer = None, NONE_SENT, pages
    found = list(newer.values_list("pk", flat=True))
    entries = {entry.page_id: entry for entry in documents_for(found[:MOST])}
    shown = [entries[pk] for pk in found[:MOST] if pk in entries]
    return Suggestion(since, because, _grouped(shown), max(0, len(found) - MOST))


def _since(page: BulletinPage) -> tuple[datetime | None, str, bool]:
    """The moment, why it is that one in words, and whether it is the one at which an issue was sent."""
    earlier = Q(year__lt=page.year) | Q(year=page.year, season__lt=page.season)
    before = type(page).objects.filter(earlier).exclude(pk=page.pk)
    times = before.aggregate(sent=Max("sent_copy__sent_at"), published=Max("first_published_at"))
    if times["sent"]:
        return times["sent"], f"since the issue before was sent on {_day(times['sent'])}", True
    if times["published"]:
        return times["published"], f"since the issue before was published on {_day(times['published'])}", False
    return None, "at any time, as there is no issue before this one", False


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y")


def _picked(raw: Any) -> set[int]:
    """The pages that are in these sections already."""
    items = [item for section in raw for item in section["value"].get("items") or ()]
    return {item["value"]["page"] for item in items if item["type"] == "page" and item["value"].get("page")}


def _grouped(entries: list[Document]) -> list[tuple[str, list[Document]]]:
    """By the first of their groups of service areas, in the editors' order; what has none comes last."""
    groups = [term for term in all_terms().values() if term.facet == Facet.AREA and term.parent_id is None]
    found: dict[str, list[Document]] = {label: [] for label in [*(group.label for group in groups), ELSEWHERE]}
    for entry in entries:
        areas = set(entry.facets.get("area", ()))
        found[next((group.label for group in groups if group.slug in areas), ELSEWHERE)].append(entry)
    return [(label, rows) for label, rows in found.items() if rows]


def add(page: BulletinPage, chosen: Collection[int], user: Any) -> list[str]:
    """Add the chosen ones of what is suggested to a new draft, below all that is there; gives their titles."""
    draft = page.get_latest_revision_as_object()
    groups = suggestion(page).groups
    pages = Page.objects.in_bulk(chosen)
    added = []
    for heading, entries in groups:
        rows = [entry for entry in entries if entry.page_id in chosen and entry.page_id in pages]
        if not rows:
            continue
        same = [section for section in draft.sections if section.value["heading"].casefold() == heading.casefold()]
        items = [("page", {"page": pages[entry.page_id], "title": "", "summary": ""}) for entry in rows]
        if same:
            for item in items:
                same[-1].value["items"].append(item)
        else:
            draft.sections.append(("section", {"heading": heading, "items": items}))
        added += [entry.title for entry in rows]
    if added:
        draft.save_revision(user=user, log_action=True)
    return added
