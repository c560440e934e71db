"""What a note and a template contract still need, and what would make them more useful (editorial.checklist)."""

import editorial.checklist
from editorial.checklist import Checklist, Useful
from editorial.form_errors import Item, missing
from practice.models import PracticeNotePage, TemplateContractPage
from practice.presentation import law_is_old
from practice.rows import Label
from search.documents import plain_from_html

BLOCKS = {name: f"panel-child-practice-{name}-section" for name in ("how_to", "pitfalls")}
REVIEW = Item("Next review and its owner", "Somebody is reminded to keep it true.", "id_review_date")
LICENCE = Item("Licence", "It tells others what they may copy.", "id_licence")


def note_checklist(page: PracticeNotePage) -> Checklist:
    return editorial.checklist.sort_out(page, missing(page, BLOCKS), USEFUL)


def contract_checklist(page: TemplateContractPage) -> Checklist:
    return editorial.checklist.sort_out(page, missing(page), CONTRACT_USEFUL)


def _weighs_both_sides(page: PracticeNotePage) -> bool:
    named = {row.label for row in [*page.points.all(), *page.responses.all()]}
    return {Label.BENEFIT, Label.BARRIER} <= named


def _has_recent_law(page: PracticeNotePage) -> bool:
    return bool(plain_from_html(page.law)) and not law_is_old(page)


def _is_reviewed(page: PracticeNotePage | TemplateContractPage) -> bool:
    return bool(page.review_date and page.review_owner_id)


USEFUL: Useful = [
    (
        _weighs_both_sides,
        Item("Benefits and barriers, both", "Readers weigh one against the other.", "id_points-ADD"),
    ),
    (
        lambda page: bool(page.how_to),
        Item("How to", "Readers come to learn what to do on Monday.", BLOCKS["how_to"]),
    ),
    (
        lambda page: bool(page.pitfalls),
        Item("Pitfalls", "They save others the same mistake.", BLOCKS["pitfalls"]),
    ),
    (
        lambda page: bool(page.examples.all()),
        Item("Examples", "They show that it can be done, and by whom.", "id_examples-ADD"),
    ),
    (
        _has_recent_law,
        Item("Law, checked within a year", "Old law misleads; readers are warned of it.", "id_law_as_at"),
    ),
    (lambda page: bool(page.stages.all()), Item("Stages", "Readers look for what helps them now.", "id_stages")),
    (lambda page: bool(page.licence), LICENCE),
    (_is_reviewed, REVIEW),
]
CONTRACT_USEFUL: Useful = [
    (
        lambda page: bool(page.document_id or page.link),
        Item("Document or link", "Readers come for the contract itself.", "id_document-chooser"),
    ),
    (lambda page: bool(page.kept_by_id), Item("Owner", "It says whom to ask.", "id_kept_by")),
    (lambda page: bool(page.areas.all()), Item("Service areas", "Readers filter by them.", "id_areas")),
    (
        lambda page: bool(page.jurisdictions.all()),
        Item("Jurisdiction", "A contract holds under one law and not another.", "id_jurisdictions"),
    ),
    (lambda page: bool(page.version), Item("Version", "It tells whether one has the newest.", "id_version")),
    (lambda page: bool(page.licence), LICENCE),
    (_is_reviewed, REVIEW),
]
