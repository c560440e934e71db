"""Mails that wait, what is kept of them afterwards, and the emails to which nothing is sent.

Nothing here is content: sending must not empty the page cache, and Wagtail's reference index need not know.
"""

from secrets import token_hex
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone


def new_message_id() -> str:
    """Decided when a mail is asked for: one that goes out twice carries the same, and many programs show it once."""
    return f"<{token_hex(16)}@{urlsplit(settings.SITE_URL).hostname}>"


class QueuedMail(models.Model):
    """A mail that some worker takes for itself, hands to the mail server and writes down."""

    QUEUED, SENT, FAILED, SUPPRESSED = "queued", "sent", "failed", "suppressed"

    state = models.CharField(max_length=10, default=QUEUED)  # a subclass gives it choices
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # not before this
    message_id = models.CharField(max_length=200, unique=True, default=new_message_id)
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class Priority(models.IntegerChoices):
    FIRST = 0, "somebody waits for it"
    LATER = 10, "can wait"


class OutgoingMail(QueuedMail):
    """One mail to one person that is no delivery of an e-bulletin. Recipient and data go once it is sent; the row itself
    some days later (mail.queue.forget_old)."""

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        SENT = "sent", "done"
        FAILED = "failed", "failed"
        SUPPRESSED = "suppressed", "not sent: nothing goes to this email"

    kind = models.CharField(max_length=40)  # of mail.kinds
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.LATER)
    recipient = models.CharField("email", max_length=254, blank=True)
    data = models.JSONField(default=dict, blank=True)  # what its kind needs to write it
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField("asked for", default=timezone.now, db_index=True)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["state", "priority", "id"], name="outgoing_mail_queue"),
            models.Index(fields=["recipient"], name="outgoing_mail_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.get_state_display()}"


class Reason(models.TextChoices):
    """Why nothing is sent to an email, whoever asks for it."""

    BOUNCE = "bounce", "email came back"
    COMPLAINT = "complaint", "reported as spam"
    REFUSED = "refused", "refused by the mail server"


class SuppressedEmail(models.Model):
    """An email to which nothing is sent, as a keyed hash: the list names nobody."""

    key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Reason)
    at = models.DateTimeField(default=timezone.now)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_reason_display()


class RelayedQuestion(models.Model):
    """That a question was passed on, not what it said or who asked: both are kept only as keyed hashes."""

    page = models.ForeignKey("wagtailcore.Page", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    network_key = models.CharField(max_length=64)
    mail_key = models.CharField(max_length=64)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()


class ServerAnswer(models.Model):
    """What a mail server said that it offers, so that no request has to ask it."""

    server = models.CharField(max_length=300, unique=True)  # host:port
    offers_utf8 = models.BooleanField()
    asked_at = models.DateTimeField(default=timezone.now)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
