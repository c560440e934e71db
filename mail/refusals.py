"""What it means that a mail was not taken: try again, never again to this email, or stop and call somebody."""

import enum
import re
import smtplib
from dataclasses import dataclass

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailRecipientsRefused
from django.conf import settings
from requests.exceptions import Timeout


class Kind(enum.Enum):
    PASSING = "passing"  # this mail can go later
    DROPPED = "dropped"  # the same, over another connection; perhaps it was taken
    RECIPIENT = "recipient"  # the mailbox is no good, today and tomorrow
    OTHER = "other"  # for good, but not because of the recipient: the mail, the sender, a policy
    OURS = "ours"  # no mail of ours will be taken before somebody changes the settings


@dataclass(frozen=True, slots=True)
class Refusal:
    kind: Kind
    told: str  # one short line without the email, for editors


_STATUS = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
# Where a server gives no such status: words of those who refuse the sender and not the recipient.
_POLICY = re.compile(
    r"relay|authenti|authoriz|spam|block|black|deny|denied|policy|reputation|rate|quota|full|limit|spf|dkim|dmarc|sender",
    re.IGNORECASE,
)
_NO_SUCH_PERSON = (550, 551, 553)
SHUTTING_DOWN = 421  # smtplib closes the connection then
_LONGEST = 200


def of(error: Exception, email: str) -> Refusal:
    """What this error says about one mail to this email."""
    return Refusal(_kind(error), told(error, email))


def _kind(error: Exception) -> Kind:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()), (0, b""))
        return _of_reply(code, _text(reply), at_recipient=True)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Kind.PASSING if 400 <= error.smtp_code < 500 else Kind.OURS
    if isinstance(error, smtplib.SMTPServerDisconnected):  # before its code is looked at: it has none
        return Kind.DROPPED
    if isinstance(error, smtplib.SMTPResponseException):  # the greeting, the sender, the data
        return _of_reply(error.smtp_code, _text(error.smtp_error))
    if isinstance(error, AnymailRecipientsRefused):
        return Kind.RECIPIENT
    if isinstance(error, AnymailConfigurationError | smtplib.SMTPNotSupportedError):
        return Kind.OURS
    if isinstance(error, AnymailAPIError):
        return _of_status(getattr(error, "status_code", None))
    if isinstance(error, OSError):  # time-outs and lost connections; smtplib's errors are OSErrors too
        return Kind.DROPPED
    return Kind.OTHER


def _of_reply(code: int, text: str, *, at_recipient: bool = False) -> Kind:
    if code == SHUTTING_DOWN or code < 400:
        return Kind.DROPPED
    if code < 500:
        return Kind.PASSING
    status = _STATUS.search(text)
    if status:
        # 5.1.x is about addresses, 7 and 8 of them about the sender's; 5.2.1 is a mailbox that is closed.
        subject, detail = status[1], status[2]
        is_recipient = (subject == "1" and detail not in ("7", "8")) or (subject, detail) == ("2", "1")
        return Kind.RECIPIENT if is_recipient else Kind.OTHER
    is_recipient = at_recipient and code in _NO_SUCH_PERSON and not _POLICY.search(text)
    return Kind.RECIPIENT if is_recipient else Kind.OTHER


def _of_status(status: int | None) -> Kind:
    """Of a provider's HTTP answer; none where there was no answer."""
    if status is None:
        return Kind.DROPPED
    if status == 429 or status >= 500:
        return Kind.PASSING
    return Kind.OURS if status in (401, 402, 403) else Kind.OTHER


def told(error: Exception, email: str) -> str:
    """The server's words on one line, without the email that servers like to repeat."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()), (0, b""))
        said = f"{code} {_text(reply)}"
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    elif _is_timeout(error):
        said = f"The mail server did not answer for {settings.EMAIL_TIMEOUT} seconds."
    elif isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        said = "The mail server ended the connection."
    elif status := getattr(error, "status_code", None):
        said = f"The mail provider answered {status}."
    else:
        said = f"{type(error).__name__}"
    said = re.sub(re.escape(email), "…", said, flags=re.IGNORECASE) if email else said
    # Whatever else looks like an email: a server may write it in a form of its own.
    said = re.sub(r"[^\s<>]+@[^\s<>]+", "…", said)
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())[:_LONGEST]


def _is_timeout(error: BaseException) -> bool:
    """smtplib says "closed" of a connection that it closed itself because no answer came in time; requests has a time-out
    of its own."""
    chain, cause = [error], error.__cause__ or error.__context__
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return any(isinstance(one, TimeoutError | Timeout) for one in chain)


def _text(reply: object) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
