"""What the page of a case study shows, read with few queries whose SQL stands here.

Django builds the SQL of each query anew, which took half of the page's time: so the published page asks in SQL, which
SQLite and PostgreSQL read alike. A draft (a preview, a revision) holds rows that are in no table, and is asked by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caching.rows import columns, instances, rows
from casestudies.models import CaseStudyPage
from casestudies.rows import (
    CaseStudyPlace,
    Contact,
    Contract,
    Cost,
    Milestone,
    Outcome,
    PeopleCount,
    Period,
    RelatedLink,
    Row,
    Source,
)
from organisations.models import Organisation
from taxonomy.fields import all_terms, terms_of
from taxonomy.models import COMMISSIONER, Term

TERMS = ("areas", "themes", "stages", "beneficiaries", "regions")
ROLES = """
    SELECT organisation.name, organisation.slug, row.role_id FROM casestudies_casestudyorganisation row
    JOIN organisations_organisation organisation ON organisation.id = row.organisation_id
    WHERE row.page_id = %s ORDER BY row.sort_order
"""
TAGS = """
    SELECT tag.name, tag.slug FROM casestudies_casestudytag row JOIN taxonomy_curatedtag tag ON tag.id = row.tag_id
    WHERE row.content_object_id = %s ORDER BY row.id
"""
# The rows that are shown as they are, by their name on the page.
ROWS: dict[str, type[Row]] = {
    "places": CaseStudyPlace,
    "periods": Period,
    "contracts": Contract,
    "costs": Cost,
    "people": PeopleCount,
    "contacts": Contact,
    "sources": Source,
    "links": RelatedLink,
    "milestones": Milestone,
    "outcomes": Outcome,
}
# Most pages have few kinds of rows: one query says which, and only those are asked.
THERE = " UNION ALL ".join(
    f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE page_id IN ({{pages}}))"
    for name, model in ROWS.items()
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows that belong to a page, each list in the editors' order."""

    organisations: Sequence[tuple[str, Term | None]]  # its name and its role, in the vocabulary's order of roles
    terms: dict[str, list[Term]]
    tags: Sequence[tuple[str, ...]]  # name and slug
    rows: Mapping[str, Sequence[Any]]  # by their name on the page (ROWS)
    commissioners: Mapping[int, str]  # names of those whom the contracts name
    slugs: Mapping[str, str]  # of each organisation by its name


def in_order(organisations: Iterable[tuple[str, Term | None]]) -> list[tuple[str, Term | None]]:
    """The commissioner first, then by role as the vocabulary has them, those of one role as the editors have them, and last
    who has no role."""

    def place(named: tuple[str, Term | None]) -> tuple[bool, bool, int, int]:
        role = named[1]
        return (
            role is None,
            role is None or role.slug != COMMISSIONER,
            role.sort_order or 0 if role else 0,
            role.pk if role else 0,
        )

    return sorted(organisations, key=place)


def is_draft(page: CaseStudyPage) -> bool:
    """Whether the page holds rows that are in no table, such as a preview or a revision."""
    return page.pk is None or bool(getattr(page, "_cluster_related_objects", None))


def shown_on(page: CaseStudyPage) -> Shown:
    terms = terms_of(page, TERMS)
    if is_draft(page):
        named = page.organisations.select_related("organisation", "role")
        held = [row for row in named if row.organisation_id]
        held_rows = {name: list(getattr(page, name).all()) for name in ROWS}
        return Shown(
            organisations=in_order((row.organisation.name, row.role) for row in held),
            terms=terms,
            tags=[(tag.name, tag.slug) for tag in page.tags.all()],
            rows=held_rows,
            commissioners=_commissioners(held_rows["contracts"]),
            slugs={row.organisation.name: row.organisation.slug for row in held},
        )
    known = all_terms()
    found, roles = _rows_of(page.pk), rows(ROLES, [page.pk])
    return Shown(
        organisations=in_order((name, known.get(role)) for name, _, role in roles),
        terms=terms,
        tags=rows(TAGS, [page.pk]),
        rows=found,
        commissioners=_commissioners(found["contracts"]),
        slugs={name: slug for name, slug, _ in roles},
    )


def kinds_there(pages: Iterable[int]) -> set[str]:
    """The names of the rows that at least one of these pages has."""
    numbers = ",".join(map(str, map(int, pages)))
    return {name for (name,) in rows(THERE.format(pages=numbers), [])} if numbers else set()


def _rows_of(page: int) -> dict[str, list[Any]]:
    there = kinds_there([page])
    return {name: _instances(model, page) if name in there else [] for name, model in ROWS.items()}


def _instances(model: Any, page: int) -> list[Any]:
    sql = f"SELECT {columns(model)} FROM {model._meta.db_table} WHERE page_id = %s ORDER BY sort_order, id"
    return instances(model, sql, [page])


def _commissioners(contracts: Iterable[Contract]) -> dict[int, str]:
    keys = {row.commissioner_id for row in contracts if row.commissioner_id}
    return dict(Organisation.all_objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
