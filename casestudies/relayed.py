from django.db import models
from django.utils import timezone


class RelayedQuestion(models.Model):
    """That a question was passed on, not what it said or who asked: both addresses are kept only as keyed hashes."""

    page = models.ForeignKey("casestudies.CaseStudyPage", on_delete=models.CASCADE, related_name="relayed_questions")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    network_key = models.CharField(max_length=64)
    mail_key = models.CharField(max_length=64)
    # False where the mail server refused it, or the process ended before it answered.
    sent = models.BooleanField(default=False)

    affects_readers = False
