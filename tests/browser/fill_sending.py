"""Readers for the issue of the starter content, and its sending in any state: run in the served site's own folder."""

import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from tests.served import ROOT

if TYPE_CHECKING:
    from bulletins.models import BulletinPage

READERS = 40


ANSWERS = """
import sys
from tests.browser.fill_sending import *
for line in sys.stdin:
    print(eval(line), flush=True)
"""


@contextmanager
def in_site(database: str) -> Iterator[Callable[[str], str]]:
    """Says what a call of a function of this module returns, made in the site with this database, by one process."""
    env = os.environ | {"SECRET_KEY": "s" * 60, "DATABASE_URL": f"sqlite:///{database}"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ANSWERS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=env, **pipes) as process:  # type: ignore[call-overload]

        def call(words: str) -> str:
            process.stdin.write(f"{words}\n")
            process.stdin.flush()
            answer: str = process.stdout.readline().strip()
            assert answer, f"{words} failed: see what it printed"
            return answer

        yield call


def issue() -> "BulletinPage":
    from bulletins.models import BulletinPage

    return BulletinPage.objects.get(slug="2007-winter")


def readers() -> int:
    """Adds them; the issue's number."""
    from bulletins.readers.models import Reader, State

    names = [f"sent-to-{number}@example.com" for number in range(READERS)]
    now = timezone.now()
    Reader.objects.bulk_create(
        Reader(address=name, normalised=name, state=State.CONFIRMED, confirmed_at=now) for name in names
    )
    return issue().pk


def on_its_way(done: int) -> str:
    """So many of its mails are sent. No worker touches the others: they wait for tomorrow."""
    from bulletins.readers.models import Reader
    from bulletins.sending.models import Delivery, Sending, Visit

    now = timezone.now()
    values = {"state": "sending", "started_at": now, "at": now, "title": issue().title, "readers": READERS}
    sending, _ = Sending.objects.update_or_create(page=issue(), defaults=values)
    Delivery.objects.filter(sending=sending).delete()
    Delivery.objects.bulk_create(
        Delivery(
            sending=sending,
            reader=reader,
            message_id=f"<{reader.pk}@example.com>",
            state="failed" if number == 0 else "sent" if number < done else "queued",
            problem="550 5.1.1 no such user" if number == 0 else "",
            next_at=now + datetime.timedelta(days=1),
        )
        for number, reader in enumerate(Reader.objects.filter(address__startswith="sent-to-"))
    )
    Visit.objects.update_or_create(sending=sending, day=timezone.localdate(), defaults={"number": done})
    return "on its way"


def finished() -> str:
    from bulletins.sending.models import Delivery, Sending

    Delivery.objects.filter(state="queued").update(state="sent")
    Sending.objects.update(state="sent", finished_at=timezone.now())
    return "finished"
