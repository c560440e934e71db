"""What `bench.bulletin` has done in processes of their own: `python -m bench.mailing fill 1000`, `ours` and `mass`. The
last two print seconds, mails and the peak of their memory in MB."""

import json
import resource
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import django
from django.conf import settings
from django.core.mail import EmailMessage, get_connection


def fill(number: int) -> None:
    """So many confirmed readers, and the starter's issue on its way to them."""
    from django.utils import timezone

    from bulletins.models import BulletinPage
    from bulletins.readers.models import Reader, State
    from bulletins.sending import actions

    now = timezone.now()
    for first in range(0, number, 1000):
        Reader.objects.bulk_create(
            Reader(address=f"reader{n}@example.com", normalised=f"reader{n}@example.com", state=State.CONFIRMED)
            for n in range(first, min(first + 1000, number))
        )
    Reader.objects.update(confirmed_at=now)
    actions.send(BulletinPage.objects.live().order_by("pk")[0])


def ours() -> int:
    """Everything: who gets it, the frozen copy, the mails, the books."""
    from bulletins.sending import delivery
    from bulletins.sending.models import Delivery

    delivery.work_all()
    return Delivery.objects.filter(state=Delivery.State.SENT).count()


def mass() -> int:
    """The same mails by what Django's send_mass_mail does: one connection and nothing else. That function itself takes
    plain text only, so this is its last line."""
    from bulletins.models import BulletinPage
    from bulletins.readers.models import Reader
    from bulletins.rendering import letter_for, message
    from bulletins.sending.visits import links

    page = BulletinPage.objects.live().order_by("pk")[0]
    letter, address = letter_for(page), page.full_url

    def mails() -> Iterator[EmailMessage]:
        for reader in Reader.objects.order_by("pk").iterator(chunk_size=1000):
            yield message(letter, reader.address, links(page.pk, address, reader))

    found: int = get_connection(settings.MAIL_SERVER_BACKEND).send_messages(mails())  # type: ignore[arg-type]  # it only goes through them
    return found


def main() -> None:
    django.setup()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
        return
    start = perf_counter()
    number = {"ours": ours, "mass": mass}[sys.argv[1]]()
    found: dict[str, Any] = {"seconds": perf_counter() - start, "mails": number}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
