"""Mails that go out one by one: no request asks a mail server, nobody learns whose email is known, nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail as django_mail
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bulletins.readers.models import Reader, State
from community.mails import RESET
from community.models import User
from home.models import HomePage
from mail import kinds, lease, queue, suppression, tasks, worker
from mail.kinds import Kind
from mail.models import OutgoingMail, Priority, Reason
from mail.passed_on import NotQueued
from mail.sending import send
from tests import readers as sign_ups
from tests.smtp_sink import Sink
from tests.test_roles import person

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
KNOWN, UNKNOWN = "chief@example.com", "nobody@example.com"
QUEUED, SENT, FAILED, SUPPRESSED = OutgoingMail.State


@pytest.fixture
def chief(home: HomePage) -> User:
    return User.objects.create_superuser(KNOWN, "correct horse battery")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind of mail that can wait."""
    known = dict(kinds.registered)
    monkeypatch.setattr(kinds, "registered", known)
    kinds.register(Kind("plain", "Plain", lambda row: EmailMessage("Subject", row.data["text"], to=[row.recipient])))
    return "plain"


def reset(client: Client, email: str) -> None:
    assert client.post("/admin/password_reset/", {"email": email}).status_code == 302


def rows() -> list[dict[str, Any]]:
    """All that is told of each mail but who it is for and which it is."""
    own = ("id", "message_id", "recipient", "created_at", "sent_at")
    found = OutgoingMail.objects.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in own} for row in found]


# What requests do


@pytest.mark.parametrize("act", ["reset", "sign up"])
def test_a_known_and_an_unknown_recipient_leave_the_same_rows(
    chief: User, client: Client, act: str, django_capture_on_commit_callbacks: Any
) -> None:
    sign_ups.reader(KNOWN)
    for number, email in enumerate((KNOWN, UNKNOWN)):
        with django_capture_on_commit_callbacks(execute=True):
            if act == "reset":
                reset(client, email)
            else:
                sign_ups.send_form(client, email=email, remote=f"192.0.2.{number}")
    before, waiting = rows(), DBTaskResult.objects.count()
    assert before[0] == before[1]
    assert waiting == 1
    queue.work()
    after = rows()
    assert after[0] == after[1]
    assert after[0]["state"] == SENT
    if act == "reset":
        assert [mail.to for mail in django_mail.outbox] == [[KNOWN]]


# What the queue keeps


def test_who_a_mail_was_for_is_not_kept_once_it_is_sent(plain: str, sink: Sink) -> None:
    row = send(plain, "ada@example.com", text="Secret words")
    queue.work()
    assert [mail["To"] for mail in sink.mails] == ["ada@example.com"]
    assert sink.mails[0]["Message-ID"] == row.message_id
    row.refresh_from_db()
    assert (row.state, row.recipient, row.data, row.attempts) == (SENT, "", {}, 1)
    with time_machine.travel(timezone.now() + queue.KEPT - timedelta(hours=1)):
        queue.forget_old()
        assert OutgoingMail.objects.count() == 1
    with time_machine.travel(timezone.now() + queue.KEPT + timedelta(hours=1)):
        queue.forget_old()
    assert not OutgoingMail.objects.exists()


def test_what_somebody_waits_for_goes_first(plain: str, sink: Sink, chief: User) -> None:
    for number in range(worker.FIRST + 2):
        send(plain, f"{number}@example.com", text="Later")
    send(RESET, KNOWN)
    queue.work()
    assert next(recipients for _, recipients in sink.envelopes) == [KNOWN]
    assert len(sink.envelopes) == worker.FIRST + 3


def test_a_server_that_is_down_is_waited_for(plain: str, sink: Sink, settings: LazySettings) -> None:
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    row = send(plain, "ada@example.com", text="Words")
    assert not queue.work(), "it makes no sense to go on right away"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.problem) == (QUEUED, 0, "The mail server ended the connection.")
    settings.EMAIL_PORT = working
    tasks.resume()
    assert tasks.ready(tasks.send_waiting).count() == 1
    queue.work()
    row.refresh_from_db()
    assert (row.state, row.problem) == (SENT, "")


def test_where_no_worker_runs_the_minute_jobs_send(plain: str, sink: Sink) -> None:
    send(plain, "ada@example.com", text="Words")
    tasks.wake()
    tasks.resume()
    assert sink.mails == []
    with time_machine.travel(timezone.now() + 2 * tasks.NO_WORKER):
        tasks.resume()
    assert len(sink.mails) == 1


def test_what_no_server_took_for_a_day_has_failed(plain: str, sink: Sink) -> None:
    row = send(plain, "ada@example.com", text="Words")
    with time_machine.travel(timezone.now() + queue.GIVE_UP + timedelta(minutes=1)):
        queue.work()
    row.refresh_from_db()
    assert (row.state, row.problem, row.recipient) == (FAILED, queue.LATE, "ada@example.com")
    assert sink.mails == []


def test_a_kind_that_this_release_does_not_know_fails_alone(plain: str, sink: Sink) -> None:
    unknown = OutgoingMail.objects.create(kind="of tomorrow", recipient="ada@example.com")
    send(plain, "bob@example.com", text="Words")
    queue.work()
    unknown.refresh_from_db()
    assert (unknown.state, unknown.problem) == (FAILED, queue.UNKNOWN)
    assert len(sink.mails) == 1
    with pytest.raises(ValueError, match="no kind of mail"):
        send("of tomorrow", "ada@example.com")


def test_a_worker_that_dies_after_the_server_took_it_costs_one_double(
    plain: str, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*values: object, **others: object) -> None:
        raise Killed

    for number in range(3):
        send(plain, f"{number}@example.com", text="Words")
    with monkeypatch.context() as patch:
        patch.setattr(worker, "write", killed)
        patch.setattr(lease, "release", lambda rows: 0)  # a killed process releases nothing
        with pytest.raises(Killed):
            queue.work()
    assert OutgoingMail.objects.exclude(claimed_by="").count() == 3
    queue.work()
    assert len(sink.mails) == 1, "its lease lasts"
    OutgoingMail.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    queue.work()
    names = [mail["Message-ID"] for mail in sink.mails]
    assert (len(names), len(set(names))) == (4, 3)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {SENT}


# Refused and suppressed


def test_a_mailbox_that_is_refused_is_on_the_one_list(home: HomePage, plain: str, sink: Sink) -> None:
    sign_ups.reader("ada@example.com")
    sink.refuses = True
    row = send(plain, "ada@example.com", text="Words")
    queue.work()
    row.refresh_from_db()
    assert (row.state, row.problem) == (FAILED, "550 no such person: <…>")
    assert suppression.reason_for("Ada@example.com".lower()) == Reason.REFUSED
    reader = Reader.objects.get()
    assert (reader.state, reader.reason) == (State.SUPPRESSED, Reason.REFUSED), "no e-bulletin goes there either"
    sink.refuses = False
    again = send(plain, "ada@example.com", text="Words")
    queue.work()
    again.refresh_from_db()
    assert (again.state, again.problem, sink.mails) == (SUPPRESSED, "refused by the mail server", [])
    assert queue.again(again)
    queue.work()
    assert len(sink.mails) == 1


def test_many_refusals_in_a_row_are_not_the_recipients_fault(plain: str, sink: Sink) -> None:
    for number in range(worker.IN_A_ROW):
        send(plain, f"{number}@example.com", text="Words")
    sink.refuses = True
    queue.work()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {QUEUED}
    assert suppression.reasons_for([f"{number}@example.com" for number in range(worker.IN_A_ROW)]) == {}


@pytest.mark.parametrize("reason", Reason)
def test_a_reset_stops_for_what_came_back_and_not_for_an_unsubscription(
    chief: User, sink: Sink, reason: Reason
) -> None:
    sign_ups.reader(KNOWN, State.UNSUBSCRIBED)
    send(RESET, KNOWN)
    queue.work()
    assert len(sink.mails) == 1
    suppression.suppress(KNOWN, reason)
    rows = [send(RESET, email) for email in (KNOWN, UNKNOWN)]
    queue.work()
    assert len(sink.mails) == 1
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == [SUPPRESSED, SENT]
    # Who complained is not written to, and nothing is left to be sent again.
    assert rows[0].recipient == ("" if reason == Reason.COMPLAINT else KNOWN)
    assert queue.again(rows[0]) is (reason != Reason.COMPLAINT)


def test_a_complaint_stays_whatever_comes_later() -> None:
    ada = "ada@example.com"
    assert suppression.suppress(ada, Reason.BOUNCE)
    assert not suppression.suppress(ada, Reason.REFUSED)
    assert suppression.suppress(ada, Reason.COMPLAINT)
    assert not suppression.suppress(ada, Reason.BOUNCE)
    suppression.suppress_all({ada: Reason.BOUNCE, "bob@example.com": Reason.BOUNCE})
    assert suppression.reasons_for([ada, "bob@example.com", "cyd@example.com"]) == {
        ada: Reason.COMPLAINT,
        "bob@example.com": Reason.BOUNCE,
    }
    assert suppression.lift(ada)
    assert not suppression.lift(ada)


# What Django, Wagtail and packages send


@pytest.fixture
def queued_backend(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "mail.backend.EmailBackend"


def test_django_s_own_way_of_sending_adds_to_the_queue(queued_backend: None, sink: Sink) -> None:
    send_mail("Subject", "Plain", "us@example.org", ["a@example.com", "b@example.com"], html_message="<p>Rich</p>")
    both = EmailMultiAlternatives(
        "Other", "Plain", to=["Ada <a@example.com>"], bcc=["c@example.com"], reply_to=["d@e.org"]
    )
    both.extra_headers = {"X-Words": "Words"}
    assert both.send() == 1
    assert sink.mails == []
    queue.work()
    assert [recipients for _, recipients in sink.envelopes] == [
        *(["a@example.com"], ["b@example.com"]),
        *(["a@example.com"], ["c@example.com"]),
    ]
    first, last = sink.mails[0], sink.mails[-1]
    assert (first["From"], first["To"], first["Subject"]) == ("us@example.org", "a@example.com", "Subject")
    assert [part.get_content().strip() for part in first.iter_parts()] == ["Plain", "<p>Rich</p>"]
    assert (last["Reply-To"], last["X-Words"], last["To"]) == ("d@e.org", "Words", "c@example.com")
    assert set(OutgoingMail.objects.values_list("priority", flat=True)) == {Priority.FIRST}


def test_what_the_queue_cannot_keep_is_refused_where_it_is_sent(queued_backend: None) -> None:
    mail = EmailMessage("Subject", "Body", to=["a@example.com"])
    mail.attach("a.txt", "text")
    with pytest.raises(NotQueued, match="no attachments"):
        mail.send()
    with pytest.raises(BadHeaderError):
        EmailMessage("a\nBcc: b@example.org", "b", to=["a@example.org"]).send()
    with pytest.raises(NotQueued, match="too long"):
        EmailMessage("a", "b", to=["a" * 300 + "@example.org"]).send()
    assert not OutgoingMail.objects.exists()


# What an administrator sees


REPORT = "/admin/reports/mails/"


def test_an_administrator_sees_what_was_not_sent_and_sends_it_again(
    plain: str, sink: Sink, admin_client: Client
) -> None:
    sink.refuses = True
    row = send(plain, "ada@example.com", text="Secret <words>")
    send(plain, "bob@example.com", text="Secret <words>")
    queue.work()
    html = admin_client.get(REPORT).content.decode()
    assert "550 no such person" in html
    assert "ada@example.com" in html
    assert "Secret" not in html
    again = f"{REPORT}{row.pk}/again/"
    assert again in html
    assert "ada@example.com" in admin_client.get(again).content.decode()
    assert sink.mails == [], "GET changes nothing"
    sink.refuses = False
    assert "will be sent again" in admin_client.post(again, follow=True).content.decode()
    queue.work()
    assert [mail["To"] for mail in sink.mails] == ["ada@example.com"]
    assert "Nothing was changed" in admin_client.post(again, follow=True).content.decode()
    sheet = admin_client.get(REPORT, {"export": "csv"}).getvalue().decode()
    assert "plain,failed" in sheet
    assert "example.com" not in sheet
    for odd in ("state=failed", "state=\0", "ordering=recipient", "ordering=\0", "p=99"):
        assert admin_client.get(f"{REPORT}?{odd}").status_code == 200


def test_only_an_administrator_does(plain: str) -> None:
    row = send(plain, "ada@example.com", text="Words")
    OutgoingMail.objects.update(state=FAILED)
    client = Client()
    for role in ("Editors", "Bulletin editors", "Facilitators", "Moderators"):
        client.force_login(person(role))
        assert client.get(REPORT).status_code == 302
        assert client.post(f"{REPORT}{row.pk}/again/").status_code in (302, 403)
        assert REPORT not in client.get("/admin/").content.decode()
    row.refresh_from_db()
    assert row.state == FAILED
    client.force_login(person("Administrators"))
    assert client.get(REPORT).status_code == 200
    assert REPORT in client.get("/admin/").content.decode()


def test_the_report_asks_few_questions(plain: str, admin_client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        send(plain, f"{number}@example.com", text="Words")
    admin_client.get(REPORT)
    with django_assert_max_num_queries(12):
        admin_client.get(REPORT)
