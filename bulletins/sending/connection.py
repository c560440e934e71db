"""One connection to the mail server, for one mail after the other, at a pace that the server allows."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from bulletins.rendering import Links, RenderedMail, message
from bulletins.sending.stencil import Stencil
from mail.server import why_not

logger = logging.getLogger("bulletins.sending")


class NotTaken(Exception):
    """A mail backend took no mail and gave no reason."""


class Connection:
    """For the mails of one letter."""

    def __init__(self, letter: RenderedMail) -> None:
        self._backend: Any = get_connection()
        self._letter = letter
        # A provider's own interface wants the mail in its parts.
        self._stencil = Stencil(letter) if isinstance(self._backend, EmailBackend) else None
        self._next = time.monotonic()

    def mail(self, to: str, links: Links, message_id: str) -> EmailMessage:
        if self._stencil:
            return self._stencil.mail(to, links, message_id)
        return message(self._letter, to, links, message_id)

    def open(self) -> None:
        """Raises whatever the backend does where there is no connection to be had."""
        self._backend.open()

    def why_not(self, email: str) -> str:
        """Why mail cannot go to this email over this open connection; empty where it can."""
        return why_not(email, self._backend)

    def send(self, mail: EmailMessage) -> None:
        """Returns once the server has taken the mail; raises whatever the backend does where it has not."""
        self._keep_pace()
        if not self._backend.send_messages([mail]):
            raise NotTaken

    def _keep_pace(self) -> None:
        if settings.BULLETIN_RATE:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 1 / settings.BULLETIN_RATE

    def close(self) -> None:
        try:
            self._backend.close()
        except Exception:  # it is gone already
            logger.info("the connection to the mail server was not closed in good order", exc_info=True)
