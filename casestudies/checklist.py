"""What an example still needs before it can be published, and what would make it more useful (editorial.checklist)."""

from collections.abc import Callable

import editorial.checklist
from casestudies.models import CaseStudyPage
from editorial import form_errors
from editorial.checklist import Checklist, Useful
from editorial.form_errors import Item

BODY = "panel-child-story-body-section"


def checklist(page: CaseStudyPage) -> Checklist:
    quotes = any(block.block_type == "quote" for block in page.body)
    return editorial.checklist.sort_out(page, missing(page), [*USEFUL, CONSENT] if quotes else USEFUL)


def missing(page: CaseStudyPage) -> list[Item]:
    return form_errors.missing(page, {"body": BODY})


def _has_outcomes_with_sources(page: CaseStudyPage) -> bool:
    outcomes = page.outcomes.all()
    return bool(outcomes) and all(outcome.source for outcome in outcomes)


def _told(kind: str) -> Callable[[CaseStudyPage], bool]:
    return lambda page: any(block.block_type == kind and str(block.value).strip() for block in page.body)


def _has_described_picture(page: CaseStudyPage) -> bool:
    if page.picture and page.picture.alt_text:
        return True
    images = [block.value["image"] for block in page.body if block.block_type == "picture"]
    shown = [image for image in images if image and not image.decorative]
    return any(image.contextual_alt_text or image.default_alt_text for image in shown)


def _quotes_agreed(page: CaseStudyPage) -> bool:
    return all(block.value.get("consent") for block in page.body if block.block_type == "quote")


USEFUL: Useful = [
    (
        _has_outcomes_with_sources,
        Item("Outcomes, each with its source", "Readers ask first what changed and who says so.", "id_outcomes-ADD"),
    ),
    (
        lambda page: bool(page.evidence_note),
        Item("Why this level of evidence", "It lets readers judge the claim.", "id_evidence_note"),
    ),
    (_told("did_not_work"), Item("What did not work", "It saves others the same mistake.", BODY)),
    (_told("lessons"), Item("Lessons", "What readers can act on.", BODY)),
    (
        lambda page: any(cost.source for cost in page.costs.all()),
        Item("Cost, with its source", "A commissioner cannot put forward what has no price.", "id_costs-ADD"),
    ),
    (
        lambda page: bool(page.people.all()),
        Item("People", "The number of people reached tells how large it was.", "id_people-ADD"),
    ),
    (
        lambda page: bool(page.contracts.all()),
        Item("Contract", "Others can see how it was bought, and from whom.", "id_contracts-ADD"),
    ),
    (
        lambda page: bool(page.contact_email),
        Item("Contact", "Readers can ask what is not written here.", "id_contacts-ADD"),
    ),
    (lambda page: bool(page.regions.all()), Item("Region", "Many readers look for examples near them.", "id_regions")),
    (
        lambda page: bool(page.periods.all()),
        Item("Period", "It tells how long it took and how old it is.", "id_periods-ADD"),
    ),
    (
        _has_described_picture,
        Item(
            "Picture with alternative text",
            "It shows the place or the people, and describes them to everyone.",
            "id_picture-chooser",
        ),
    ),
    (lambda page: bool(page.licence), Item("Licence", "It tells others what they may reuse.", "id_licence")),
    (
        lambda page: bool(page.review_date and page.review_owner_id),
        Item("Next review and its owner", "Someone is reminded to keep it up to date.", "id_review_date"),
    ),
]
# Asked only where somebody is quoted.
CONSENT = (_quotes_agreed, Item("Consent of everybody who is quoted", "Who is named must have agreed to it.", BODY))
