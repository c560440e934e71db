"""One connection to the mail server, for one mail after the other, at a pace that the server allows."""

import logging
import time
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from mail.server import transport, why_not

logger = logging.getLogger("mail.worker")


class NotTaken(Exception):
    """A mail backend took no mail and gave no reason."""


class Connection:
    """`rate` is how many mails a second may go over it; 0: as many as the server takes."""

    def __init__(self, rate: float = 0) -> None:
        self._backend: Any = transport()
        self._rate = rate
        self._next = time.monotonic()

    @property
    def takes_written(self) -> bool:
        """Whether it takes a mail that is written out already; a provider's own interface wants it in its parts."""
        return isinstance(self._backend, EmailBackend)

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
        if self._rate:
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + 1 / self._rate

    def close(self) -> None:
        try:
            self._backend.close()
        except Exception:  # it is gone already
            logger.info("the connection to the mail server was not closed in good order", exc_info=True)
