"""Mail that is written to files of DATA_DIR/outbox. Where that is not possible it is a mail server that does not answer:
whoever sends mail is prepared for this, Wagtail's notifications too. Django's own has its errors at other places."""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console, filebased


class EmailBackend(filebased.EmailBackend):
    def __init__(self, *args: Any, **options: Any) -> None:
        # Not Django's, which tries the folder before anybody has asked for anything to be sent.
        console.EmailBackend.__init__(self, *args, **options | {"stream": None})
        self._fname = None
        self.file_path = os.path.abspath(settings.EMAIL_FILE_PATH)

    def open(self) -> bool:
        try:
            os.makedirs(self.file_path, exist_ok=True)
            return bool(super().open())
        except OSError as error:
            raise ConnectionError(f"the outbox cannot be written: {error}") from error

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        try:
            return super().send_messages(email_messages) or 0
        except ConnectionError:
            raise
        except OSError as error:
            with suppress(OSError):
                self.close()
            raise ConnectionError(f"the outbox cannot be written: {error}") from error
