"""The mail of one issue, reader after reader. Where it goes over SMTP it is written out once."""

from dataclasses import replace
from functools import cached_property

from django.core.mail import EmailMessage

from bulletins.rendering import BROWSER, PREFERENCES, UNSUBSCRIBE, Links, RenderedMail, message
from mail.message_template import MessageTemplate

PLACEHOLDERS = {"browser": BROWSER, "preferences": PREFERENCES, "unsubscribe": UNSUBSCRIBE}
HEADERS = {"To": "to", "Message-ID": "message_id", "List-Unsubscribe": "one_click"}


class IssueMail:
    def __init__(self, letter: RenderedMail) -> None:
        self._letter = letter

    @cached_property
    def _template(self) -> MessageTemplate:
        def build(text: str, html: str) -> EmailMessage:
            return message(replace(self._letter, text=text, html=html), "reader@link.invalid", Links("", "", ""))

        return MessageTemplate(self._letter.text, self._letter.html, PLACEHOLDERS, HEADERS, build)

    def message(self, to: str, links: Links, message_id: str, *, written: bool) -> EmailMessage:
        """The same mail either way; `written` as it goes over the line, else in its parts."""
        if not written:
            return message(self._letter, to, links, message_id)
        values = {name: str(getattr(links, name)) for name in PLACEHOLDERS}
        values |= {"to": to, "message_id": message_id, "one_click": f"<{links.one_click or links.unsubscribe}>"}
        return self._template.message(to, values)
