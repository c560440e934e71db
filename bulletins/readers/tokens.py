"""Signed links for readers. Each kind has a salt of its own: a link for one purpose opens nothing else.

The links in every mail (preferences, unsubscribe) hold for years: they carry the reader's key, which survives a change
of address and goes with the row. After a change of SECRET_KEY they hold as long as the old one is in
SECRET_KEY_FALLBACKS. The link of a confirmation expires.
"""

import datetime

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, Signer, TimestampSigner, b62_decode
from django.urls import reverse

from bulletins.readers.models import Reader

CONFIRM, PREFERENCES, UNSUBSCRIBE = "confirm", "preferences", "unsubscribe"
CONFIRM_WITHIN = datetime.timedelta(days=7)


class Garbled(Exception):
    """A link that was never ours, or that lost a part on its way."""


class Gone(Exception):
    """A link of ours that has expired, or whose reader is no longer known."""


def token(reader: Reader, purpose: str) -> str:
    return _signer(purpose).sign(reader.key)


def url(reader: Reader, purpose: str) -> str:
    """The absolute address."""
    return settings.SITE_URL + reverse(f"reader-{purpose}", args=[token(reader, purpose)])


def reader_of(text: str, purpose: str) -> Reader:
    """Raises Garbled or Gone."""
    signer = _signer(purpose)
    try:
        if isinstance(signer, TimestampSigner):
            key = signer.unsign(text, max_age=CONFIRM_WITHIN)
        else:
            key = signer.unsign(text)
    except SignatureExpired:
        raise Gone from None
    except (BadSignature, ValueError):
        raise Garbled from None
    reader = Reader.objects.filter(key=key).first()
    if reader is None or (purpose == CONFIRM and _was_withdrawn(reader, text)):
        raise Gone
    return reader


def _was_withdrawn(reader: Reader, text: str) -> bool:
    """Whether the reader unsubscribed after this confirmation's link was made: it must not bring them back."""
    left = reader.unsubscribed_at
    return left is not None and int(left.timestamp()) > b62_decode(text.rsplit(".", 2)[1])


def _signer(purpose: str) -> Signer:
    kind = TimestampSigner if purpose == CONFIRM else Signer
    return kind(sep=".", salt=f"bulletins.readers.{purpose}")
