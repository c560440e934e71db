"""Requests that no browser of ours sends: a chooser's key that is no number, blocks without their count, rich text that is
no document, a key in a URL that no table can hold. Wagtail reads these without asking and would answer 500; here such a
request is refused with 400, or with 404 where the path names what cannot be."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch
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


class RefuseOddKeys:
    """Middleware: an error that a value in the URL or the form brought about, since it was used as a key, is the sender's.

    A list of all the parameters that Wagtail takes for keys would not stay complete; what the database or Django objects
    to always names the value or its size."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        if not isinstance(error, BY_A_KEY):
            return
        # What a template cannot find a URL for is its own fault, unless the query brought it in.
        if not isinstance(error, NoReverseMatch) and any(_is_blamed(value, error) for value in _in_path(request)):
            raise Http404("no such key") from error
        if any(_is_blamed(value, error) for value in _sent(request)):
            raise SuspiciousOperation("a key that no table can hold") from error


BY_A_KEY = (ValueError, OverflowError, DataError, ValidationError, NoReverseMatch)


def _in_path(request: HttpRequest) -> Iterator[str]:
    match = request.resolver_match
    if match:
        yield from map(str, (*match.args, *match.kwargs.values()))


def _sent(request: HttpRequest) -> Iterator[str]:
    for form in (request.GET, request.POST):
        for _, values in form.lists():
            yield from map(str, values)


def _is_blamed(value: str, error: Exception) -> bool:
    if is_key(value):
        return False
    if value.isdecimal():  # too large, which the error says without the number
        return True
    return repr(value) in str(error) or f"“{value}”" in str(error)
