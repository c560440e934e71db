"""What becomes of readers and sendings where a mail server refuses, puts off, hangs up or hangs: real servers and workers."""

import smtplib
import socket
from pathlib import Path
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused

from bulletins.models import BulletinPage
from bulletins.readers import erasing
from bulletins.readers.models import Reader
from bulletins.readers.models import State as ReaderState
from bulletins.sending import actions
from bulletins.sending.models import Delivery, Sending
from mail.models import Reason
from mail.refusals import Kind, of
from tests.bulletins.sending.life import Server, address, mail_server, readers, wait_for, workers

READERS = 120
NOBODY = 9  # a port on which nobody listens
State = Delivery.State
ADA = "ada@example.com"


def refused(code: int, text: str) -> Exception:
    return smtplib.SMTPRecipientsRefused({ADA: (code, text.encode())})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refused(550, "5.1.1 no such person"), Kind.RECIPIENT),
        (refused(550, "no such person here"), Kind.RECIPIENT),
        (refused(553, "5.1.3 bad address"), Kind.RECIPIENT),
        (refused(550, "5.2.1 mailbox closed"), Kind.RECIPIENT),
        (smtplib.SMTPDataError(550, b"5.1.1 no such person"), Kind.RECIPIENT),
        (refused(550, "5.7.1 Relay access denied"), Kind.OTHER),
        (refused(550, "relaying denied"), Kind.OTHER),
        (refused(554, "5.7.1 blocked, see our list"), Kind.OTHER),
        (refused(550, "5.1.8 bad sender"), Kind.OTHER),
        (refused(552, "5.2.2 mailbox full"), Kind.OTHER),
        (smtplib.SMTPDataError(554, b"5.6.0 looks like spam"), Kind.OTHER),
        (smtplib.SMTPSenderRefused(550, b"who are you", "us@example.com"), Kind.OTHER),
        (ValueError("no such mail"), Kind.OTHER),
        (refused(450, "4.2.1 come again"), Kind.PASSING),
        (refused(451, "greylisted"), Kind.PASSING),
        (smtplib.SMTPDataError(452, b"4.3.1 disk full"), Kind.PASSING),
        (refused(421, "4.3.2 going down"), Kind.DROPPED),
        (smtplib.SMTPServerDisconnected("gone"), Kind.DROPPED),
        (TimeoutError("timed out"), Kind.DROPPED),
        (ConnectionRefusedError(), Kind.DROPPED),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), Kind.OURS),
        (smtplib.SMTPAuthenticationError(454, b"4.7.0 later"), Kind.PASSING),
        (smtplib.SMTPNotSupportedError("STARTTLS"), Kind.OURS),
        (AnymailRecipientsRefused("no"), Kind.RECIPIENT),
        (AnymailAPIError("no answer"), Kind.DROPPED),
    ],
)
def test_what_an_error_means(error: Exception, kind: Kind) -> None:
    assert of(error, ADA).kind == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Kind.OURS), (403, Kind.OURS), (429, Kind.PASSING), (503, Kind.PASSING), (422, Kind.OTHER)],
)
def test_what_a_provider_s_answer_means(status: int, kind: Kind) -> None:
    error = AnymailAPIError("no")
    error.status_code = status
    assert of(error, ADA).kind == kind


def test_no_answer_is_told_from_a_connection_that_the_server_ended(settings: Any) -> None:
    """smtplib says "closed" of both."""
    settings.EMAIL_TIMEOUT = 20
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(smtplib.SMTPServerDisconnected) as raised:
            smtplib.SMTP("127.0.0.1", silent.getsockname()[1], timeout=0.05)
        assert of(raised.value, ADA).told == "The mail server did not answer for 20 seconds."
    provider = type("Error", (AnymailAPIError, requests.exceptions.ReadTimeout), {})("no answer")
    for error in (TimeoutError("timed out"), provider):
        assert of(error, ADA).told == "The mail server did not answer for 20 seconds."
    for error in (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), ConnectionResetError()):
        assert of(error, ADA).told == "The mail server ended the connection."


def test_nobody_s_address_is_kept_with_a_reason() -> None:
    for text in (f"5.1.1 <{ADA}>: unknown", f"{ADA.upper()} unknown", "ADA+x@other.example\nunknown\0\x1b[1m"):
        told = of(refused(550, text), ADA).told
        assert "unknown" in told
        assert "@" not in told
        assert told.isprintable()
    assert len(of(refused(550, "x" * 5000), ADA).told) <= 200


def test_a_difficult_server_costs_nobody_the_issue(committed: None, issue_page: BulletinPage, tmp_path: Path) -> None:
    readers(READERS)
    wishes = ("--refuse", "10", "--defer", "7", "--drop", "83", "--hang", "101", "--content", "97")
    with mail_server(tmp_path, *wishes) as server, workers(server, tmp_path, EMAIL_TIMEOUT="5") as running:
        sending = actions.send(issue_page)
        running.start()
        wait_for(sending, Sending.State.SENT)
        taken = server.taken()
    # The server takes a content that it refused once; nobody tries it twice.
    gone = {address(n) for n in range(1, READERS + 1) if n % 10 == 0 or n % 97 == 0}
    everybody = {address(n) for n in range(1, READERS + 1)}
    assert {recipient for _, recipient in taken} == everybody - gone
    assert sum(taken.values()) == len(everybody - gone)
    assert actions.progress(sending).sent == len(everybody - gone)
    assert actions.progress(sending).failed == len(gone)
    assert actions.progress(sending).readers == READERS
    # Whom the server does not know gets no more mail; whose mail it did not like does.
    suppressed = Reader.objects.filter(state=ReaderState.SUPPRESSED)
    assert set(suppressed.values_list("address", flat=True)) == {address(n) for n in range(10, READERS + 1, 10)}
    assert set(suppressed.values_list("reason", flat=True)) == {Reason.REFUSED}
    failed = Delivery.objects.get(reader__address=address(97))
    assert failed.problem == "554 5.6.0 not such a mail"
    assert Delivery.objects.get(reader__address=address(10)).problem == "550 5.1.1 <…>: no such person"
    for number in (7, 83, 101):  # put off, hung up, hung
        tried = Delivery.objects.get(reader__address=address(number))
        assert (tried.state, tried.attempts, tried.problem) == (State.SENT, 2, "")


def test_a_server_that_refuses_everybody_pauses_it_and_nobody_is_suppressed(
    committed: None, issue_page: BulletinPage, tmp_path: Path
) -> None:
    readers(40)
    with mail_server(tmp_path, "--relay") as server, workers(server, tmp_path) as running:
        sending = actions.send(issue_page)
        running.start()
        wait_for(sending, Sending.State.PAUSED)
    assert "10 mails in a row" in sending.note
    assert "Relay access denied" in sending.note
    assert actions.progress(sending).queued == 40
    assert not Reader.objects.exclude(state=ReaderState.CONFIRMED).exists()
    # The cause is found: nobody was left out.
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        Delivery.objects.update(next_at=None)
        actions.resume(sending)
        running.start()
        wait_for(sending, Sending.State.SENT)
        assert sum(server.taken().values()) == 40
    assert sending.note == ""


def test_a_server_that_is_down_is_waited_for(committed: None, issue_page: BulletinPage, tmp_path: Path) -> None:
    readers(3)
    with workers(Server(NOBODY, tmp_path / "none"), tmp_path) as running:
        sending = actions.send(issue_page)
        running.start()
        wait_for(sending, Sending.State.SENDING, "asked again each minute")
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.QUEUED, 0)}
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        running.start()
        wait_for(sending, Sending.State.SENT)
    assert sending.note == ""
    assert actions.progress(sending).sent == 3


def test_the_books_of_an_erased_reader_say_nothing_of_anybody(issue_page: BulletinPage) -> None:
    readers(1)
    reader = Reader.objects.get()
    sending = actions.send(issue_page)
    Delivery.objects.create(
        sending=sending, reader=reader, message_id="<1@x>", state=State.FAILED, problem="Mr A is out"
    )
    erasing.erase(reader)
    row = Delivery.objects.get()
    assert (row.reader, row.problem, row.state) == (None, "", State.FAILED)
