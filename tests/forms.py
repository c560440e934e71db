"""What the browser sends for the form of a case study."""

from django.urls import reverse
from wagtail.models import Page

from casestudies.models import CaseStudyPage
from casestudies.queries import ROWS


def empty(**values: object) -> dict[str, object]:
    """The form with nothing filled in."""
    rows = {
        f"{name}-{number}": count
        for name in ("organisations", *ROWS, "comments")
        for number, count in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0), ("MIN_NUM_FORMS", 0), ("MAX_NUM_FORMS", 1000))
    }
    return rows | {"body-count": 0, "title": "", "slug": ""} | values


def complete(page: CaseStudyPage, **values: object) -> dict[str, object]:
    """The form of a saved page that has what publishing needs, with its one organisation."""
    row = page.organisations.get()
    facts = {
        "title": page.title,
        "slug": page.slug,
        "summary": page.summary,
        "areas": [area.pk for area in page.areas.all()],
        "evidence_level": page.evidence_level_id,
        "as_at": page.as_at.isoformat() if page.as_at else "",
        "organisations-TOTAL_FORMS": 1,
        "organisations-INITIAL_FORMS": 1,
        "organisations-0-id": row.pk,
        "organisations-0-organisation": row.organisation_id,
        "organisations-0-role": row.role_id,
        "organisations-0-ORDER": 1,
    }
    return empty(**facts) | values


def row(name: str, number: int = 0, **values: object) -> dict[str, object]:
    """A new row of this name, as the last of so many and one more."""
    return {f"{name}-TOTAL_FORMS": number + 1, f"{name}-{number}-ORDER": number + 1} | {
        f"{name}-{number}-{key}": value for key, value in values.items()
    }


def add_url(parent: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=["casestudies", "casestudypage", parent.pk])


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def draft(page: Page) -> CaseStudyPage:
    """What was saved of a case study last, published or not."""
    saved = CaseStudyPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert isinstance(saved, CaseStudyPage)
    return saved
