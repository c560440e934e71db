from django.db import models


class Change(models.Model):
    """The change log: a page whose entry may have changed. The primary key is the growing sequence.

    A page keeps only its newest row (an older one may stay a moment where two transactions meet, and does no harm).
    """

    sequence = models.BigAutoField(primary_key=True)
    page_id = models.PositiveBigIntegerField(db_index=True)
    time = models.DateTimeField(auto_now_add=True, db_index=True)

    affects_readers = False

    def __str__(self) -> str:
        return f"{self.sequence}: page {self.page_id}"
