"""What a page still needs before it can be published, and what would make it more useful.

What is needed is asked of the form that publishing uses, so that the two cannot come to differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks.base import BlockField
from wagtail.models import Page


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


Useful = Sequence[tuple[Callable[[Any], bool], Item]]


def sort_out(page: Page, needed: list[Item], useful: Useful) -> Checklist:
    done = {item: is_there(page) for is_there, item in useful}
    better, there = ([item for item in done if done[item] is wanted] for wanted in (False, True))
    return Checklist(needed, better, there)


def missing(page: Page, rows: Mapping[str, Item] | None = None, blocks: Mapping[str, str] | None = None) -> list[Item]:
    """What publishing would be refused for, in the order of the form. `rows` are the kinds of rows of which it wants at
    least one, `blocks` the ids of the elements of the fields that hold blocks."""
    form = type(page).get_edit_handler().get_form_class()(instance=page, parent_page=page.get_parent())
    items = list(_missing_in(form, blocks or {}))
    for name, formset in form.formsets.items():
        if name == "comments":
            continue
        for number, row in enumerate(formset.forms, start=1):
            prefix = f"{row.instance._meta.verbose_name.capitalize()} {number}: "
            items += _missing_in(row, blocks or {}, prefix)
        if rows and name in rows and not formset.forms:
            items.append(rows[name])
    try:
        page.clean()
    except ValidationError as error:
        named = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        items += [_item(form, field, " ".join(said), blocks or {}) for field, said in named.items()]
    return items


def _missing_in(form: Any, blocks: Mapping[str, str], prefix: str = "") -> Iterator[Item]:
    """What the fields themselves refuse. Saving a draft has checked all but what may be left out, so only that is asked."""
    for name, field in form.fields.items():
        value = form[name].initial
        try:
            if isinstance(field, BlockField):
                field.clean(value)
            elif field.required:
                field.clean(field.prepare_value(value))
        except ValidationError as error:
            why = _incomplete(value, error) if isinstance(field, BlockField) else ""
            yield _item(form, name, why or " ".join(error.messages), blocks, prefix)


def _incomplete(stream: Any, error: ValidationError) -> str:
    """Which blocks are not complete, in words; nothing where the error is about the whole."""
    places = sorted(getattr(error, "block_errors", {}))
    return " ".join(f"Block {place + 1}, “{stream[place].block.label}”, is not complete." for place in places)


def _item(form: Any, name: str, why: str, blocks: Mapping[str, str], prefix: str = "") -> Item:
    if name not in form.fields:
        return Item("The whole", why, "id_title")
    field = form.fields[name]
    anchor = blocks.get(name, "id_title") if isinstance(field, BlockField) else form[name].auto_id
    if isinstance(field.widget, BaseChooser):
        anchor += "-chooser"  # the field itself is hidden
    return Item(prefix + str(form[name].label), why, anchor)


class ChecklistSidePanel(BaseSidePanel):
    """The checklist for the page as it was last saved; with each save the editor fetches it anew."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Toggle checklist"
        icon_name = "list-ul"
        has_counter = False

    name = "checklist"
    title = "Checklist"
    template_name = "home/admin/checklist.html"
    order = 150

    def __init__(self, page: Page, request: HttpRequest, checklist: Callable[[Any], Checklist]) -> None:
        super().__init__(page, request)
        # Not the page of the form: that has what was typed and refused.
        row = type(page).objects.filter(pk=page.pk).first() if page.pk else None
        self.saved = row.get_latest_revision_as_object() if row else None
        self.checklist = checklist

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {"saved": self.saved, "checklist": self.checklist(self.saved or type(self.object)())}


class WithChecklist:
    """For the views that show the form of a page."""

    checklist: Callable[[Any], Checklist]

    def get_side_panels(self) -> Any:
        panels = super().get_side_panels()  # type: ignore[misc]
        page, request = self.page, self.request  # type: ignore[attr-defined]
        panels.insert(1, ChecklistSidePanel(page, request, self.checklist))
        return panels
