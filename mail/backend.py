"""Django's own way of sending, EMAIL_BACKEND: it adds to the queue, and asks no mail server. Wagtail's notifications come
this way, and every package that calls Django's functions."""

from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from mail import passed_on
from mail.sending import send


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        """Each recipient gets a mail of their own and sees no other."""
        mails = list(email_messages)
        for mail in mails:
            data = passed_on.data_of(mail)
            for email in dict.fromkeys(passed_on.emails_of(mail)):
                send(passed_on.NAME, email, **data)
        return len(mails)
