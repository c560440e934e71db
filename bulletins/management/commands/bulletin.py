"""`manage.py bulletin send ID [--at TIME] [--to ADDRESS]`, `status ID [--json]`, `pause ID`, `resume ID`, `cancel ID` and
`work`. ID is the number of the issue's page."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bulletins.admin_views import NotSent, send_test_copy
from bulletins.models import BulletinPage
from bulletins.readers.addresses import normalise
from bulletins.sending import acts, post
from bulletins.sending.figures import LONDON, logged, london
from bulletins.sending.models import Sending
from core.date_parsing import NotADate, in_zone, read_moment
from mail.server import why_not

COUNTED = ("readers", "queued", "sent", "failed", "suppressed")
NEVER = {"state": "not sent"} | dict.fromkeys(COUNTED, 0)
DONE = {"pause": "Paused.", "resume": "It goes on.", "cancel": "Cancelled."}


def moment(text: str) -> datetime:
    """A day and a time as people or programs write them; London's where it names no offset."""
    found = read_moment(text)
    return found if timezone.is_aware(found) else in_zone(found, LONDON)


class Command(BaseCommand):
    help = "Send an issue of the e-bulletin to its readers, and see how far it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="act", required=True)
        send = commands.add_parser("send", help="let an issue go out; a worker does it")
        send.add_argument("id", type=int, metavar="ID", help="number of the issue’s page")
        send.add_argument(
            "--at",
            metavar="TIME",
            help="when to begin, such as “3 December 2007, 09:00” or 2007-12-03T09:00 (London time)",
        )
        send.add_argument("--to", metavar="ADDRESS", help="send one test copy there, and nothing to readers")
        status = commands.add_parser("status", help="say how far it is")
        status.add_argument("id", type=int, metavar="ID")
        status.add_argument("--json", action="store_true")
        for name, help_text in (
            ("pause", "stop for now"),
            ("resume", "go on after a pause"),
            ("cancel", "call it off before it starts"),
        ):
            commands.add_parser(name, help=help_text).add_argument("id", type=int, metavar="ID")
        commands.add_parser("work", help="send here, without a worker, what is due, and return when all of it is sent")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "work":
            post.work_all()
            return
        page = self._page(options["id"])
        try:
            if options["act"] == "send":
                self._send(page, options["at"], options["to"])
            elif options["act"] == "status":
                self._status(page, as_json=options["json"])
            else:
                self._turn(page, options["act"])
        except acts.NotNow as refused:
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
        sending = acts.send(page, None, begins)
        logged(page, "send", at=begins)
        goes = f"goes out on {london(begins)} (London time)" if begins else "goes out now"
        self.stdout.write(f"“{page.title}” {goes}, to {sending.readers} readers.")

    def _send_copy(self, page: BulletinPage, to: str) -> None:
        try:
            address = normalise(to)
        except ValidationError:
            raise CommandError(f"“{to}” is no mail address.") from None
        if why := why_not(address):
            raise CommandError(why)
        try:
            send_test_copy(page, address)
        except NotSent as error:
            raise CommandError(f"The mail server did not take the test copy ({error}).") from None
        self.stdout.write(f"A test copy is on its way to {address}.")

    def _turn(self, page: BulletinPage, act: str) -> None:
        sending = Sending.objects.filter(page=page).first()
        if sending is None:
            raise CommandError("This issue has not been sent.")
        getattr(acts, act)(sending)
        logged(page, act)
        self.stdout.write(DONE[act])

    def _status(self, page: BulletinPage, *, as_json: bool) -> None:
        sending = Sending.objects.filter(page=page).first()
        found: dict[str, Any] = dict(NEVER)
        if sending:
            progress = acts.progress(sending)
            found = {"state": progress.state} | {name: getattr(progress, name) for name in COUNTED}
        if as_json:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(", ".join(f"{name}: {value}" for name, value in found.items()))
        if sending and sending.note:
            self.stdout.write(sending.note)
