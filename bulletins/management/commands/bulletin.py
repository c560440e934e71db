"""`manage.py bulletin send ID [--at TIME] [--to ADDRESS]`, `status ID [--json]`, `pause ID`, `resume ID`, `cancel ID` and
`work`. ID is the number of the issue's page."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bulletins.models import BulletinPage
from bulletins.sending import actions, delivery
from bulletins.sending.models import Sending
from bulletins.sending.statistics import LONDON, logged, london
from bulletins.test_copies import send_test_copy
from core.date_parsing import NotADate, in_zone, read_moment
from mail import queue as outgoing
from mail.emails import normalise
from mail.server import why_not

COUNTED = ("readers", "queued", "sent", "failed", "suppressed")
NEVER = {"state": "not sent"} | dict.fromkeys(COUNTED, 0)
DONE = {"pause": "Paused.", "resume": "It goes on.", "cancel": "Cancelled."}


def moment(text: str) -> datetime:
    """A day and a time as people or programs write them; London's where it names no offset."""
    found = read_moment(text)
    return found if timezone.is_aware(found) else in_zone(found, LONDON)


class Command(BaseCommand):
    help = "Send an issue of the e-bulletin to its readers, and see how far sending has got."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        send = commands.add_parser("send", help="start sending an issue; a worker sends it")
        send.add_argument("id", type=int, metavar="ID", help="number of the issue’s page")
        send.add_argument(
            "--at",
            metavar="TIME",
            help="when to begin, such as “3 December 2007, 09:00” or 2007-12-03T09:00 (London time)",
        )
        send.add_argument("--to", metavar="ADDRESS", help="send one test copy there, and nothing to readers")
        status = commands.add_parser("status", help="say how far sending has got")
        status.add_argument("id", type=int, metavar="ID")
        status.add_argument("--json", action="store_true")
        for name, help_text in (
            ("pause", "stop for now"),
            ("resume", "go on after a pause"),
            ("cancel", "cancel it before it starts"),
        ):
            commands.add_parser(name, help=help_text).add_argument("id", type=int, metavar="ID")
        commands.add_parser("work", help="send here, without a worker, what is due, and return when all of it is sent")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "work":
            delivery.work_all()
            return
        page = self._page(options["id"])
        try:
            if options["act"] == "send":
                self._send(page, options["at"], options["to"])
            elif options["act"] == "status":
                self._status(page, as_json=options["json"])
            else:
                self._turn(page, options["act"])
        except actions.NotNow as refused:
            raise CommandError("\n".join(refused.reasons)) from None

    def _page(self, number: int) -> BulletinPage:
        page = BulletinPage.objects.filter(pk=number).first() if 0 < number < 2**63 else None
        if page is None:
            known = BulletinPage.objects.order_by("-pk")[:10]
            listed = "".join(f"\n  {one.pk}  {one.title}" for one in known)
            raise CommandError(f"There is no issue {number}. The last ones are:{listed or ' none.'}")
        return page

    def _send(self, page: BulletinPage, at: str | None, to: str | None) -> None:
        if to is not None:
            self._send_copy(page, to)
            return
        try:
            begins = moment(at) if at else None
        except NotADate as refused:
            raise CommandError(f"--at: {refused}") from None
        sending = actions.send(page, None, begins)
        logged(page, "send", at=begins)
        goes = f"goes out on {london(begins)} (London time)" if begins else "goes out now"
        self.stdout.write(f"“{page.title}” {goes}, to {sending.readers} readers.")

    def _send_copy(self, page: BulletinPage, to: str) -> None:
        try:
            email = normalise(to)
        except ValidationError:
            raise CommandError(f"“{to}” is not an email address.") from None
        if why := why_not(email, ask=True):
            raise CommandError(why)
        mail = send_test_copy(page, email)
        outgoing.work(only=mail.pk)
        mail.refresh_from_db()
        if mail.problem:
            raise CommandError(f"The mail server did not accept the test copy ({mail.problem}).")
        self.stdout.write(f"A test copy is on its way to {email}.")

    def _turn(self, page: BulletinPage, act: str) -> None:
        sending = Sending.objects.filter(page=page).first()
        if sending is None:
            raise CommandError("This issue has not been sent.")
        getattr(actions, act)(sending)
        logged(page, act)
        self.stdout.write(DONE[act])

    def _status(self, page: BulletinPage, *, as_json: bool) -> None:
        sending = Sending.objects.filter(page=page).first()
        found: dict[str, Any] = dict(NEVER)
        if sending:
            progress = actions.progress(sending)
            found = {"state": progress.state} | {name: getattr(progress, name) for name in COUNTED}
        if as_json:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(", ".join(f"{name}: {value}" for name, value in found.items()))
        if sending and sending.note:
            self.stdout.write(sending.note)
