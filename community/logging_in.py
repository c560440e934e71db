"""Logging in: passwords are not tried out by the thousand, nor are mailboxes filled with mails to reset them."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from wagtail.admin.forms.auth import PasswordResetForm

from home.limits import Limit, LimitReached, counted
from home.open_forms import network

# Of an account only together with the network: nobody can lock somebody else out from elsewhere.
WRONG_FOR_ACCOUNT, WRONG_FROM_NETWORK = 10, 60
WITHIN = timedelta(minutes=15)
RESETS_A_DAY = 3  # mails to one address, whoever asks for them


class _LoggedIn(Exception):
    """Ends the count of a try that was none of guessing."""


class LimitedLogIn(ModelBackend):
    """The log-in by mail address and password, for every page that has one. Raises ValidationError, which their forms
    show, after too many wrong passwords."""

    def authenticate(  # type: ignore[override]  # the stubs leave out the names that Django's own takes
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> AbstractBaseUser | None:
        user = None
        if request is None:  # our own code
            return super().authenticate(request, username, password, **kwargs)
        where = network(request)
        account = f"{(username or '').casefold()}\n{where}"
        limits = (
            Limit("log-in-account", account, WRONG_FOR_ACCOUNT, WITHIN),
            Limit("log-in-network", where, WRONG_FROM_NETWORK, WITHIN),
        )
        try:
            with counted(*limits):
                user = super().authenticate(request, username, password, **kwargs)
                if user is not None:
                    raise _LoggedIn
        except _LoggedIn:
            return user
        except LimitReached as reached:
            raise ValidationError(
                f"Too many wrong passwords. Try again in {reached.wait_in_words}.", code="limit"
            ) from None
        return None


class LimitedResetForm(PasswordResetForm):
    """Says the same to everybody, whether a mail went out or not."""

    def save(self, *args: Any, **options: Any) -> None:
        address = self.cleaned_data["email"].casefold()
        try:
            with counted(Limit("password-reset", address, RESETS_A_DAY, timedelta(days=1))):
                super().save(*args, **options)
        except LimitReached:
            return
