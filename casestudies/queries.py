"""What the page of a case study shows, read with few queries whose SQL stands here.

Django builds the SQL of each query anew, which took half of the page's time: so the published page asks in SQL, which
SQLite and PostgreSQL read alike. A draft (a preview, a revision) holds rows that are in no table, and is asked by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caching.rows import columns, instances, rows
from casestudies.models import CaseStudyPage, Outcome
from taxonomy.fields import all_terms, terms_of
from taxonomy.models import COMMISSIONER, Term

TERMS = ("areas", "themes", "stages", "beneficiaries", "regions")
ROLES = """
    SELECT organisation.name, row.role_id FROM casestudies_casestudyorganisation row
    JOIN organisations_organisation organisation ON organisation.id = row.organisation_id
    WHERE row.page_id = %s ORDER BY row.sort_order
"""
TAGS = """
    SELECT tag.name, tag.slug FROM casestudies_casestudytag row JOIN taxonomy_curatedtag tag ON tag.id = row.tag_id
    WHERE row.content_object_id = %s ORDER BY row.id
"""
OUTCOMES = "FROM casestudies_outcome WHERE page_id = %s ORDER BY sort_order"


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows that belong to a page, each list in the editors' order."""

    organisations: Sequence[tuple[str, Term | None]]  # its name and its role, in the vocabulary's order of roles
    terms: dict[str, list[Term]]
    tags: Sequence[tuple[str, ...]]  # name and slug
    outcomes: Sequence[Outcome]


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


def shown_on(page: CaseStudyPage) -> Shown:
    terms = terms_of(page, TERMS)
    if page.pk is None or getattr(page, "_cluster_related_objects", None):
        held = page.organisations.select_related("organisation", "role")
        return Shown(
            organisations=in_order((row.organisation.name, row.role) for row in held if row.organisation_id),
            terms=terms,
            tags=[(tag.name, tag.slug) for tag in page.tags.all()],
            outcomes=list(page.outcomes.all()),
        )
    known = all_terms()
    return Shown(
        organisations=in_order((name, known.get(role)) for name, role in rows(ROLES, [page.pk])),
        terms=terms,
        tags=rows(TAGS, [page.pk]),
        outcomes=instances(Outcome, f"SELECT {columns(Outcome)} {OUTCOMES}", [page.pk]),
    )
