"""Deleting what something else needs, as an error in words.

Wagtail asks its reference index before it deletes. Where that lags behind or does not know a model
(https://github.com/wagtail/wagtail/issues/12947), the database objects and Wagtail answers 500."""

from collections.abc import Callable
from itertools import islice

from django.contrib import messages
from django.db.models import Model, ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

NAMED = 3  # users of a thing that the message names


class ExplainProtected:
    """Middleware: goes back to the page that asked whether to delete, with what still uses the thing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not request.path.startswith("/admin/"):
            return None
        if isinstance(error, ProtectedError):
            users = error.protected_objects
        elif isinstance(error, RestrictedError):
            users = error.restricted_objects
        else:
            return None
        names = sorted({_name(user) for user in users})
        named = ", ".join(f"“{name}”" for name in islice(names, NAMED))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        messages.error(request, f"Nothing was deleted: it is still used by {named}{more}. Change that first.")
        return HttpResponseRedirect(request.get_full_path())


def _name(user: Model) -> str:
    return str(getattr(user, "page", user))  # a row of a page is the page to whoever looks for it
