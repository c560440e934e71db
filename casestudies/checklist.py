"""What an example still needs before it can be published, and what would make it more useful.

What is needed is asked of the form that publishing uses, so that the two cannot come to differ."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks.base import BlockField

from casestudies.forms import NO_ORGANISATION
from casestudies.models import CaseStudyPage

BODY = "panel-child-story-body-section"


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is, why (or what is wrong), and the id of the element in the editor where it is filled in."""

    label: str
    why: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Checklist:
    missing: list[Item]  # publishing is refused for these
    better: list[Item]  # readers would gain from these
    there: list[Item]  # readers have these


def checklist(page: CaseStudyPage) -> Checklist:
    done = {item: is_there(page) for is_there, item in USEFUL}
    better, there = ([item for item in done if done[item] is wanted] for wanted in (False, True))
    return Checklist(missing(page), better, there)


def missing(page: CaseStudyPage) -> list[Item]:
    """What publishing would be refused for, in the order of the form."""
    form = type(page).get_edit_handler().get_form_class()(instance=page, parent_page=page.get_parent())
    items = list(_missing_in(form))
    for name, formset in form.formsets.items():
        if name == "comments":
            continue
        for number, row in enumerate(formset.forms, start=1):
            items += _missing_in(row, f"{row.instance._meta.verbose_name.capitalize()} {number}: ")
        if name == "organisations" and not formset.forms:
            items.append(Item("Organisations and their roles", NO_ORGANISATION, "id_organisations-ADD"))
    try:
        page.clean()
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        items += [_item(form, field, " ".join(said)) for field, said in named.items()]
    return items


def _missing_in(form: Any, prefix: str = "") -> Iterator[Item]:
    """What the fields themselves refuse. Saving a draft has checked all but what may be left out, so only that is asked."""
    for name, field in form.fields.items():
        value = form[name].initial
        try:
            if isinstance(field, BlockField):
                field.clean(value)
            elif field.required:
                field.clean(field.prepare_value(value))
        except ValidationError as error:
            blocks = _incomplete(value, error) if isinstance(field, BlockField) else ""
            yield _item(form, name, blocks or " ".join(error.messages), prefix)


def _incomplete(stream: Any, error: ValidationError) -> str:
    """Which blocks are not complete, in words; nothing where the error is about the whole."""
    places = sorted(getattr(error, "block_errors", {}))
    return " ".join(f"Block {place + 1}, “{stream[place].block.label}”, is not complete." for place in places)


def _item(form: Any, name: str, why: str, prefix: str = "") -> Item:
    if name not in form.fields:
        return Item("The whole", why, "id_title")
    field = form.fields[name]
    anchor = BODY if isinstance(field, BlockField) else form[name].auto_id
    if isinstance(field.widget, BaseChooser):
        anchor += "-chooser"  # the field itself is hidden
    return Item(prefix + str(form[name].label), why, anchor)


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


USEFUL: list[tuple[Callable[[CaseStudyPage], bool], Item]] = [
    (
        _has_outcomes_with_sources,
        Item("Outcomes, each with its source", "Readers ask first what changed and who says so.", "id_outcomes-ADD"),
    ),
    (
        lambda page: bool(page.evidence_note),
        Item("Why this level of evidence", "It lets readers judge the claim.", "id_evidence_note"),
    ),
    (_told("did_not_work"), Item("What did not work", "It saves others the same mistake.", BODY)),
    (_told("lessons"), Item("Lessons", "They tell readers what to do on Monday.", BODY)),
    (
        lambda page: page.cost_amount is not None and bool(page.cost_source),
        Item("Cost, with its source", "A commissioner cannot put forward what has no price.", "id_cost_amount"),
    ),
    (
        lambda page: bool(page.contact_email),
        Item("Contact", "Readers can ask what is not written here.", "id_contact_email"),
    ),
    (lambda page: bool(page.regions.all()), Item("Region", "Many look for examples near to them.", "id_regions")),
    (
        lambda page: bool(page.period_start or page.period_end or page.period_note),
        Item("Period", "It tells how long it took and how old it is.", "id_period_start"),
    ),
    (
        _has_described_picture,
        Item(
            "Picture with alternative text",
            "It shows the place or the people, and says so to all.",
            "id_picture-chooser",
        ),
    ),
    (lambda page: bool(page.licence), Item("Licence", "It tells others what they may copy.", "id_licence")),
    (
        lambda page: bool(page.review_date and page.review_owner_id),
        Item("Next review and its owner", "Somebody is reminded to keep it true.", "id_review_date"),
    ),
]
