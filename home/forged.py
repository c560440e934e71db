"""Answers of admin forms that no browser gives: a chooser's key that is no number, blocks without their count, rich text
that is no document. Wagtail reads these without asking and would answer 500; here such a request is refused with 400."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation, ValidationError
from modelcluster.forms import BaseTransientModelFormSet
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks import ListBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock

LARGEST = 2**31 - 1  # what a key of Wagtail's tables can be on every database
Reader = Callable[..., Any]


def refuse_forged() -> None:
    """Put the check around each of Wagtail's own readers. Called once, when the apps are ready."""
    unreadable = (KeyError, ValueError, TypeError, AttributeError)
    for block in (BaseStreamBlock, ListBlock, BaseTypedTableBlock):
        _guard(block, "value_from_datadict", lambda read: _refusing(read, KeyError, ValueError))
    _guard(DraftailRichTextArea, "value_from_datadict", lambda read: _refusing(read, *unreadable))
    _guard(BaseTransientModelFormSet, "_construct_form", lambda read: _refusing(read, KeyError, ValidationError))
    _guard(BaseChooser, "value_from_datadict", _refusing_odd_keys)


def _guard(owner: type, name: str, wrap: Callable[[Reader], Reader]) -> None:
    setattr(owner, name, wrap(getattr(owner, name)))


def _refusing(read: Reader, *errors: type[Exception]) -> Reader:
    @wraps(read)
    def reading(*args: Any, **kwargs: Any) -> Any:
        try:
            return read(*args, **kwargs)
        except errors as error:
            raise SuspiciousOperation("a form of the admin that no browser sends") from error

    return reading


def _refusing_odd_keys(read: Reader) -> Reader:
    @wraps(read)
    def reading(*args: Any, **kwargs: Any) -> Any:
        key = read(*args, **kwargs)
        if key not in (None, "") and not is_key(key):
            raise SuspiciousOperation("a chooser's key that is no number")
        return key

    return reading


def is_key(sent: object) -> bool:
    """Whether what a browser sent can be a key of one of Wagtail's tables."""
    text = str(sent)
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST
