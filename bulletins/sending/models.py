"""The books of sending: what is sent, to whom, what became of each mail, and how many came from there to the site.

Nothing here is content: sending must not empty the page cache, and Wagtail's reference index need not know.
"""

from django.conf import settings
from django.db import models

from bulletins.readers.models import Reader
from mail.models import QueuedMail


class Sending(models.Model):
    """An issue on its way to its readers. It outlives the issue's page: what was sent stays known."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "waiting to start"
        SENDING = "sending", "being sent"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        SENT = "sent", "sent"

    page = models.OneToOneField("bulletins.BulletinPage", null=True, on_delete=models.SET_NULL, related_name="sending")
    title = models.CharField(max_length=255)  # of the issue, for when its page is gone
    state = models.CharField(max_length=10, choices=State, default=State.SCHEDULED)
    at = models.DateTimeField()  # when to start
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    readers = models.PositiveIntegerField(default=0)  # when it started; erased readers stay counted
    note = models.TextField(blank=True)  # why it was paused by itself, or why it waits
    touched_at = models.DateTimeField(null=True)  # when a worker last said that it is at it

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(fields=["state", "at"], name="sending_due")]

    def __str__(self) -> str:
        return self.title


class Delivery(QueuedMail):
    """One issue for one reader."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        SUPPRESSED = "suppressed", "not sent: the reader had left"

    class Bounced(models.TextChoices):
        HARD = "hard", "hard bounce"
        SOFT = "soft", "soft bounce"

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="deliveries")
    # Null once the reader is erased: the row stays for the numbers, and says nothing of anybody.
    reader = models.ForeignKey(Reader, null=True, on_delete=models.SET_NULL, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    bounced = models.CharField(max_length=4, choices=Bounced, blank=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sending", "reader"], name="delivery_once")]
        # Not a partial one: SQLite uses those only where the state stands in the statement itself.
        indexes = [models.Index(fields=["sending", "state", "id"], name="delivery_queue")]
        verbose_name_plural = "deliveries"


class Visit(models.Model):
    """How many pages were opened on a day from the mails of an issue. Of whom nothing is kept."""

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sending", "day"], name="visit_once_a_day")]
