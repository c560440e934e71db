from django.db import models
from django.utils import timezone


class ContentVersion(models.Model):
    """One row: a number that grows whenever something changes that readers can see."""

    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    affects_readers = False

    def __str__(self) -> str:
        return f"version {self.number}"
