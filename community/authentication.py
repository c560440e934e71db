"""Logging in: passwords are not tried out by the thousand, nor are mailboxes filled with mails to reset them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.admin.forms.auth import PasswordResetForm
from wagtail.documents.views import serve
from wagtail.views import authenticate_with_password

from community import tasks
from core.open_forms import network
from core.rate_limits import Limit, LimitReached, counted

# Of an account, a page or a collection, only together with the network: nobody can lock somebody else out from elsewhere.
WRONG_FOR_ACCOUNT, WRONG_FOR_PAGE, WRONG_FROM_NETWORK = 10, 10, 60
WITHIN = timedelta(minutes=15)
RESETS_A_DAY = 3  # mails to one address, whoever asks for them


class LimitedLogIn(ModelBackend):
    """The log-in by mail address and password, for every page that has one. Raises ValidationError, which their forms
    show, after too many wrong passwords."""

    def authenticate(  # type: ignore[override]  # the stubs leave out the names that Django's own takes
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        if request is None:  # our own code
            return super().authenticate(request, username, password, **kwargs)
        where = network(request)
        limits = (
            Limit("log-in-account", f"{(username or '').casefold()}\n{where}", WRONG_FOR_ACCOUNT, WITHIN),
            Limit("log-in-network", where, WRONG_FROM_NETWORK, WITHIN),
        )
        try:
            with counted(*limits) as forget:
                user = super().authenticate(request, username, password, **kwargs)
                if user is not None:
                    forget()
        except LimitReached as reached:
            problem = f"Too many wrong passwords. Try again in {reached.wait_in_words}."
            raise ValidationError(problem, code="limit") from None
        return user


class LimitedResetForm(PasswordResetForm):
    """Says the same to everybody, and as fast, whether a mail goes out or not."""

    def save(self, *args: Any, **options: Any) -> None:
        address = self.cleaned_data["email"]
        limit = Limit("password-reset", address.casefold(), RESETS_A_DAY, timedelta(days=1))
        with suppress(LimitReached), counted(limit):
            tasks.send_reset.enqueue(next((user.pk for user in self.get_users(address)), tasks.NOBODY))


def page_password(request: HttpRequest, page_view_restriction_id: int, page_id: int) -> HttpResponse:
    """The password of a page that is not for everybody."""
    return _limited(
        request,
        Limit("page-password", f"{page_view_restriction_id}\n{network(request)}", WRONG_FOR_PAGE, WITHIN),
        lambda: authenticate_with_password(request, page_view_restriction_id, page_id),
    )


def collection_password(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """The password of a collection whose documents are not for everybody."""
    return _limited(
        request,
        Limit("collection-password", f"{restriction_id}\n{network(request)}", WRONG_FOR_PAGE, WITHIN),
        lambda: serve.authenticate_with_password(request, restriction_id),
    )


def _limited(request: HttpRequest, limit: Limit, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Wagtail's own answer to a form with a password, as long as few were wrong."""
    if request.method != "POST":
        return answer()
    try:
        with counted(limit) as forget:
            response = answer()
            if response.status_code == 302:
                forget()
    except LimitReached as reached:
        context = {"wait": reached.wait_in_words}
        response = render(request, "wagtailcore/password_required.html", context, status=429)
        response["Retry-After"] = reached.retry_after
    return response
