"""What a form of the admin refuses, each time with the name of the field in words. The checklist, the messages of the
editor and its autosave all say it from here, so that they cannot differ.

What is needed to publish is asked of the form that publishing uses, so that these two cannot come to differ either."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks import Block, ListBlock, StructBlock
from wagtail.blocks.base import BlockField
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page

MOST = 5  # that one message names


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is, why (or what is wrong), and the id of the element in the editor where it is filled in."""

    label: str
    why: str
    anchor: str
    is_missing: bool = False  # nothing else is wrong with it

    @property
    def sentence(self) -> str:
        return f"{self.label} is missing." if self.is_missing else f"{self.label}: {self.why}"


def in_words(items: Iterable[Item]) -> str:
    """The first few in sentences, and how many more there are."""
    said = list(dict.fromkeys(item.sentence for item in items))
    more = f" And {len(said) - MOST} more." if len(said) > MOST else ""
    return " ".join(said[:MOST]) + more


def refused(form: Any) -> list[Item]:
    """What is wrong with a form that was sent, in the order of the form."""
    items = list(_refused_in(form))
    for formset in getattr(form, "formsets", {}).values():
        if not formset.is_bound:
            continue
        plural = str(formset.model._meta.verbose_name_plural).capitalize()
        items += [Item(plural, message, "") for error in formset.non_form_errors().as_data() for message in error]
        for number, row in enumerate(formset.forms, start=1):
            if not formset._should_delete_form(row):
                items += _refused_in(row, _prefix(row, number))
    return items


def missing(page: Page, blocks: Mapping[str, str] | None = None) -> list[Item]:
    """What publishing would be refused for, in the order of the form. `blocks` has the ids of the elements of the fields
    that hold blocks."""
    form = type(page).get_edit_handler().get_form_class()(instance=page, parent_page=page.get_parent())
    items = list(_missing_in(form, blocks or {}))
    for name, formset in form.formsets.items():
        if name == "comments":
            continue
        for number, row in enumerate(formset.forms, start=1):
            items += _missing_in(row, blocks or {}, _prefix(row, number))
            items += _half_entered_in(row, _prefix(row, number))
        if name in getattr(form, "required_rows", {}) and not formset.forms:
            label, why = form.required_rows[name]
            items.append(Item(label, why, f"id_{name}-ADD"))
    try:
        page.clean()
    except ValidationError as error:
        named = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in named.items():
            items += (item for one in errors for item in _items(form, name, one, blocks or {}))
    return items


def _prefix(row: Any, number: int) -> str:
    return f"{str(row.instance._meta.verbose_name).capitalize()} {number}: "


def _refused_in(form: Any, prefix: str = "") -> Iterator[Item]:
    errors = form.errors.as_data()
    order = {name: place for place, name in enumerate(form.fields)}
    for name in sorted(errors, key=lambda name: order.get(name, -1)):
        for error in errors[name]:
            yield from _items(form, name, error, {}, prefix)


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
            yield from _items(form, name, error, blocks, prefix)


def half_entered(row: Any) -> Mapping[str, str]:
    """What to say of each field of a row that does not fit the others; nothing where its model has no such rule."""
    return row.half_entered() if hasattr(row, "half_entered") else {}


def _half_entered_in(row: Any, prefix: str) -> Iterator[Item]:
    for name, problem in half_entered(row.instance).items():
        yield from _items(row, name, ValidationError(problem), {}, prefix)


def _items(form: Any, name: str, error: ValidationError, blocks: Mapping[str, str], prefix: str = "") -> Iterator[Item]:
    if name not in form.fields:
        yield Item(prefix.removesuffix(": ") or "The whole", " ".join(error.messages), "id_title")
        return
    field = form.fields[name]
    label = str(form[name].label)
    if isinstance(field, BlockField):
        anchor = blocks.get(name, "id_title")
        streams = [other for other in form.fields.values() if isinstance(other, BlockField)]
        # Where a form has one field of blocks, the number of a block says enough.
        where = f"{prefix}{label}, " if len(streams) > 1 else prefix
        stream = form[name].value() if form.is_bound else form[name].initial
        for problem in _in_block(field.block, stream, error, Problem(anchor)):
            yield problem.item(where, label)
        return
    anchor = form[name].auto_id
    if isinstance(field.widget, BaseChooser):
        anchor += "-chooser"  # the field itself is hidden
    yield Item(prefix + label, " ".join(error.messages), anchor, _is_missing(error))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong within blocks: the names of the blocks from outside in, and that of the field where there is one."""

    anchor: str
    places: tuple[str, ...] = ()
    field: str = ""
    error: ValidationError | None = None
    is_missing: bool = False

    def within(self, place: str, anchor: str = "") -> "Problem":
        return Problem(anchor or self.anchor, (*self.places, place))

    def item(self, where: str, label: str) -> Item:
        why = " ".join(self.error.messages) if self.error else ""
        if not self.places:
            return Item(label, why, self.anchor, self.is_missing)
        place = where + ", ".join(self.places)
        place = place[:1].upper() + place[1:]
        return Item(f"{place}: {self.field or 'content'}", why, self.anchor, self.is_missing)


def _in_block(block: Block, value: Any, error: ValidationError, found: Problem) -> Iterator[Problem]:
    """Each error within this block, its own first."""
    inner: Mapping[Any, ValidationError] = getattr(error, "block_errors", {})
    own = getattr(error, "non_block_errors", None)
    for one in own.as_data() if own else [] if inner else [error]:
        yield replace(found, error=one, is_missing=_is_missing(one))
    for key in sorted(inner) if isinstance(block, (BaseStreamBlock, ListBlock)) else inner:
        if isinstance(block, BaseStreamBlock):
            child = value[key]
            place = found.within(
                f"block {key + 1}, {child.block.label}", f"block-{child.id}-section" if child.id else ""
            )
            yield from _in_block(child.block, child.value, inner[key], place)
        elif isinstance(block, ListBlock):
            yield from _in_block(block.child_block, value[key], inner[key], found.within(f"{block.label} {key + 1}"))
        elif isinstance(block, StructBlock):
            yield from _in_struct(block, value, key, inner[key], found)


def _in_struct(block: StructBlock, value: Any, name: str, error: ValidationError, found: Problem) -> Iterator[Problem]:
    if isinstance(block, ImageBlock) and name == "alt_text":
        # Wagtail asks for it by itself, without the code of a field that is required.
        yield replace(found, field="alternative text", error=error, is_missing=True)
        return
    child = block.child_blocks[name]
    held = value.get(name) if isinstance(value, Mapping) else None
    # A picture is one thing to the editor, though Wagtail keeps it in three.
    nested = isinstance(child, StructBlock) and not isinstance(child, ImageBlock)
    label = str(child.label)
    yield from _in_block(child, held, error, found.within(label) if nested else replace(found, field=_lowered(label)))


def _is_missing(error: ValidationError) -> bool:
    return getattr(error, "code", "") == "required" or "This field is required." in error.messages


def _lowered(label: str) -> str:
    """A label within a sentence; capitals that stand for words stay."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
