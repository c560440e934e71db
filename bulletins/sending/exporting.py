"""What became of each mail of an issue, as CSV."""

from collections.abc import Iterator

from bulletins.readers.exporting import csv_of, time_of
from bulletins.sending.models import Delivery, Sending

COLUMNS = (
    *("email", "state", "attempts", "sent", "problem"),
    *("bounced", "bounced_at", "reported_as_spam", "unsubscribed"),
    "reader_suppressed",
)
BATCH = 1000


def delivery_lines(sending: Sending) -> Iterator[str]:
    rows = Delivery.objects.filter(sending=sending).select_related("reader").order_by("pk")
    return csv_of(COLUMNS, map(_cells, rows.iterator(chunk_size=BATCH)))


def _cells(delivery: Delivery) -> tuple[str, ...]:
    return (
        delivery.reader.address if delivery.reader else "(erased)",
        delivery.state,
        str(delivery.attempts),
        time_of(delivery.sent_at),
        delivery.problem,
        delivery.bounced,
        time_of(delivery.bounced_at),
        time_of(delivery.complained_at),
        time_of(delivery.unsubscribed_at),
        delivery.reader.get_reason_display() if delivery.reader else "",
    )
