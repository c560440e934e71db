"""Wagtail's editor says that a form has errors, but not where: one that is not saved by itself names no field, and neither
does the message above a form. Both are given the names here, for every form of the admin, in one place."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from wagtail.admin import messages
from wagtail.admin.views.generic.mixins import JsonPostResponseMixin

from editorial.form_errors import in_words, refused


def name_fields() -> None:
    """Called once, when the apps are ready. It can go when Wagtail names the fields itself:
    https://github.com/wagtail/wagtail/issues/13133"""
    messages.validation_error = _validation_error
    JsonPostResponseMixin.json_error_response = _naming(JsonPostResponseMixin.json_error_response)


def _validation_error(request: HttpRequest, message: str, form: Any, buttons: Any = None) -> None:
    detail = render_to_string("editorial/admin/form_errors.html", {"items": refused(form)})
    messages.error(request, messages.render(message, buttons, detail=detail))


def _naming(answer: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    def named(view: Any, error_code: str, error_message: str) -> JsonResponse:
        form = getattr(view, "form", None)
        if error_code == "validation_error" and form is not None and (items := refused(form)):
            error_message = f"{in_words(items)} “Save draft” shows it beside the field."
        return answer(view, error_code, error_message)

    return named
