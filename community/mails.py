"""Mails about accounts. Who has an account is looked up when a mail is written, never in a request: so neither the time of
an answer nor what waits in the queue tells it."""

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from mail.kinds import Kind
from mail.kinds import register as register_kind
from mail.models import OutgoingMail, Priority
from mail.sending import from_templates

RESET = "password_reset"


def write_reset(mail: OutgoingMail) -> EmailMessage | None:
    """The mail with which a password is reset; none where nobody who may log in has this email."""
    user = next(iter(PasswordResetForm().get_users(mail.recipient)), None)
    if user is None:
        return None
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("wagtailadmin_password_reset_confirm", args=[uid, default_token_generator.make_token(user)])
    context = {"url": settings.SITE_URL + path, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    # To the email of the account: what was typed in may only look like it.
    return from_templates(RESET, user.email, context)


def register() -> None:
    register_kind(Kind(RESET, "Password reset", write_reset, Priority.FIRST))
