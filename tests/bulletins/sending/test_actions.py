"""What can be done with a sending and when; the command; the minute jobs and the tasks behind them."""

import datetime
import json
import threading
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bulletins.models import BulletinPage, SentCopy
from bulletins.readers import consent
from bulletins.readers.exporting import held_about
from bulletins.readers.models import Reader, Source
from bulletins.sending import actions, audience, delivery, tasks
from bulletins.sending.actions import NotNow
from bulletins.sending.models import Delivery, Sending
from community.models import User
from mail import lease
from mail.refusals import Kind, Refusal
from mail.tasks import forget_finished
from mail.worker import FIRST, DeliveryWorker
from tests.bulletins.sending.life import LIMIT, address, readers
from tests.readers import reader
from tests.smtp_sink import Sink
from tests.tasks import run_tasks

pytestmark = pytest.mark.dialect

State = Sending.State


def command(*words: Any) -> str:
    out = StringIO()
    call_command("bulletin", *map(str, words), stdout=out)
    return out.getvalue()


def state_of(page: BulletinPage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("status", page.pk, "--json"))
    return found


def refuses(act: Any, *words: Any) -> list[str]:
    with pytest.raises(NotNow) as refused:
        act(*words)
    return refused.value.reasons


def test_an_issue_reaches_its_readers_once(issue_page: BulletinPage, sink: Sink) -> None:
    readers(3)
    reader("left@example.com", "unsubscribed")  # type: ignore[arg-type]
    assert state_of(issue_page) == {"state": "not sent"} | dict.fromkeys(
        ("readers", "queued", "sent", "failed", "suppressed"), 0
    )
    assert "to 3 readers" in command("send", issue_page.pk)
    assert (state_of(issue_page)["state"], state_of(issue_page)["readers"]) == ("scheduled", 3)
    command("work")
    expected = {"state": "sent", "readers": 3, "queued": 0, "sent": 3, "failed": 0, "suppressed": 0}
    assert state_of(issue_page) == expected
    assert sorted(mail["To"] for mail in sink.mails) == [address(1), address(2), address(3)]
    rows = Delivery.objects.in_bulk(field_name="message_id")
    for mail in sink.mails:
        row = rows[mail["Message-ID"]]
        assert row.reader
        assert mail["To"] == row.reader.address
        assert row.reader.key in mail["List-Unsubscribe"]
        assert f"?issue={issue_page.pk}" in mail["List-Unsubscribe"]
        assert "Auto-Submitted" not in mail  # somebody wrote it
        assert f"from=bulletin-{issue_page.pk}" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    command("work")
    assert len(sink.mails) == 3
    assert "already on its way" in refuses(actions.send, issue_page)[0]
    copy = SentCopy.objects.get(page=issue_page)
    assert copy.subject == sink.mails[0]["Subject"]


def test_the_link_in_the_header_unsubscribes_with_one_post(
    issue_page: BulletinPage, sink: Sink, client: Client
) -> None:
    readers(1)
    actions.send(issue_page)
    delivery.work_all()
    link = sink.mails[0]["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert client.get(link).status_code == 200
    assert Reader.objects.get().state == "confirmed"
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Reader.objects.get().state == "unsubscribed"
    assert actions.progress(Sending.objects.get()).unsubscribed == 1


def test_whoever_leaves_before_their_turn_gets_nothing(issue_page: BulletinPage, sink: Sink) -> None:
    readers(4)
    sending = actions.send(issue_page)
    audience.begin(sending)
    consent.unsubscribe(Reader.objects.get(address=address(2)), Source.MAIL)
    Reader.objects.get(address=address(3)).delete()
    Reader.objects.filter(address=address(4)).update(address="moved@example.com")
    delivery.work_all()
    assert {mail["To"] for mail in sink.mails} == {address(1), "moved@example.com"}
    found = actions.progress(Sending.objects.get())
    assert (found.readers, found.sent, found.suppressed, found.queued) == (4, 2, 2, 0)


def test_a_name_that_needs_smtputf8_is_not_bent(issue_page: BulletinPage, sink: Sink) -> None:
    reader("zoë@example.com")
    reader("ada@example.com")
    actions.send(issue_page)
    delivery.work_all()
    assert state_of(issue_page)["state"] == "sent"
    row = Delivery.objects.get(reader__address="zoë@example.com")
    assert row.state == Delivery.State.FAILED
    assert "SMTPUTF8" in row.problem
    assert [recipients for _, recipients in sink.envelopes] == [["ada@example.com"]]
    assert set(Reader.objects.values_list("state", flat=True)) == {"confirmed"}


def test_a_name_that_needs_smtputf8_gets_it_where_the_server_offers_that(issue_page: BulletinPage, sink: Sink) -> None:
    sink.utf8 = True
    reader("zoë@example.com")
    reader("ada@example.com")
    actions.send(issue_page)
    delivery.work_all()
    assert [recipients for _, recipients in sink.envelopes] == [["zoë@example.com"], ["ada@example.com"]]
    assert ["SMTPUTF8" in options for options in sink.options] == [True, False]
    assert "To: zoë@example.com\r\n".encode() in sink.raw[0]


def test_another_worker_is_asked_for_help_once_the_server_takes_mails(
    issue_page: BulletinPage, sink: Sink, settings: Any
) -> None:
    readers(FIRST + 2)
    asked: list[int] = []
    sending = actions.send(issue_page)
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delivery.work(sending, lambda: asked.append(len(sink.mails)))
    assert asked == [], "it is no use that two wait for a server that is down"
    settings.EMAIL_PORT = working
    sending.refresh_from_db()
    delivery.work(sending, lambda: asked.append(len(sink.mails)))
    assert asked == [1]
    assert len(sink.mails) == FIRST + 2


def test_a_server_that_took_nothing_a_moment_ago_is_not_asked_again_by_another_worker(
    issue_page: BulletinPage, sink: Sink
) -> None:
    readers(2)
    sending = actions.send(issue_page)
    audience.begin(sending)
    now = timezone.now()
    Sending.objects.update(note="It takes nothing.", touched_at=now)
    tasks.send_due.func()
    assert sink.mails == []
    Sending.objects.update(touched_at=now - 2 * tasks.QUIET)
    tasks.send_due.func()
    assert len(sink.mails) == 2


def test_a_worker_that_reaches_no_server_says_so_only_where_no_other_does(issue_page: BulletinPage, sink: Sink) -> None:
    readers(2)
    sending = actions.send(issue_page)
    audience.begin(sending)
    first, second = Delivery.objects.order_by("pk")
    lease.claim(Delivery.objects.filter(pk=first.pk), "another", 1)
    with DeliveryWorker(delivery.IssueQueue(Sending.objects.get(), issue_page)) as this:
        this.again_later(second, Refusal(Kind.DROPPED, "Gone."))
        this.stop("Gone.")
        assert Sending.objects.get().note == ""
        Delivery.objects.filter(pk=first.pk).update(claimed_by="", claimed_until=None)
        this.stop("Gone.")
    assert "Gone." in Sending.objects.get().note


def test_a_lease_is_renewed_while_its_worker_lives_and_is_lost_after_a_while(
    issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(2)
    audience.begin(actions.send(issue_page))
    rows, name = Delivery.objects.all(), "worker"
    assert len(lease.claim(rows, name, 1)) == 1
    assert len(lease.claim(rows, "another", 9)) == 1
    assert lease.claim(rows, name, 1) == []
    before = lease.held_by(Delivery, name).get().claimed_until
    lease.Heart(Delivery, name).beat()
    after = lease.held_by(Delivery, name).get().claimed_until
    assert before
    assert after
    assert after > before
    assert after - timezone.now() < datetime.timedelta(minutes=1)
    Delivery.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
    lease.Heart(Delivery, name).beat()
    assert not lease.held_by(Delivery, name).exists(), "by now somebody else may send it"
    assert len(lease.claim(rows, "another", 9)) == 2


def test_a_mail_whose_lease_is_over_is_not_begun(issue_page: BulletinPage, sink: Sink) -> None:
    readers(1)
    sending = actions.send(issue_page)
    audience.begin(sending)
    with DeliveryWorker(delivery.IssueQueue(Sending.objects.get(), issue_page)) as this:
        (row,) = this.claim(5)
        Delivery.objects.update(claimed_until=timezone.now() - datetime.timedelta(seconds=1))
        this.deliver(row)
    assert sink.mails == []
    assert Delivery.objects.get().state == Delivery.State.QUEUED


def test_a_round_has_a_heart(issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    readers(1)
    sending = actions.send(issue_page)
    audience.begin(sending)
    beaten = threading.Event()
    monkeypatch.setattr(lease, "BEAT", 0.01)
    monkeypatch.setattr(lease.Heart, "beat", lambda self: beaten.set())
    with DeliveryWorker(delivery.IssueQueue(Sending.objects.get(), issue_page)):
        assert beaten.wait(LIMIT)
    assert not any(thread.name == "mail.lease" for thread in threading.enumerate())


def test_only_what_is_approved_is_sent_and_only_by_who_may(issue_page: BulletinPage, write: Any, sink: Sink) -> None:
    assert "permission" in refuses(actions.send, issue_page, User.objects.create_user("editor@example.com"))[0]
    issue_page.title = "Changed"
    issue_page.save_revision()
    assert "approved" in refuses(actions.send, issue_page)[0]
    with pytest.raises(CommandError, match="approved"):
        command("send", issue_page.pk)
    page = write(title="Published")
    readers(1)
    actions.send(page)
    page.unpublish()
    delivery.work_all()
    sending = Sending.objects.get()
    assert sending.state == State.PAUSED
    assert "not published" in sending.note
    assert sink.mails == []
    page.save_revision().publish()
    actions.resume(sending)
    delivery.work_all()
    assert len(sink.mails) == 1


def test_it_starts_at_its_time_and_can_be_called_off_until_then(issue_page: BulletinPage, sink: Sink) -> None:
    readers(2)
    now = timezone.now()
    command("send", issue_page.pk, "--at", (now + datetime.timedelta(hours=1)).isoformat())
    delivery.work_all()
    assert state_of(issue_page)["state"] == "scheduled"
    command("cancel", issue_page.pk)
    with time_machine.travel(now + datetime.timedelta(hours=2)):
        delivery.work_all()
        assert (state_of(issue_page)["state"], sink.mails) == ("cancelled", [])
        command("send", issue_page.pk)
        delivery.work_all()
        assert state_of(issue_page)["state"] == "sent"
    assert Sending.objects.count() == 1
    with pytest.raises(CommandError, match="has started"):
        command("cancel", issue_page.pk)


def test_a_time_without_an_offset_is_london_s() -> None:
    from bulletins.management.commands.bulletin import moment

    assert moment("2027-07-01T09:00").utcoffset() == datetime.timedelta(hours=1)
    assert moment("2027-07-01T09:00Z").utcoffset() == datetime.timedelta(0)
    assert moment("2026-10-25T01:30+01:00") == datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)


def test_a_pause_holds_from_the_next_mail_on(issue_page: BulletinPage, sink: Sink) -> None:
    readers(5)
    sending = actions.send(issue_page)
    audience.begin(sending)
    sending.refresh_from_db()
    with DeliveryWorker(delivery.IssueQueue(sending, issue_page)) as this:
        rows = this.claim(5)
        this.deliver(rows[0])
        actions.pause(sending)
        this.deliver(rows[1])
        assert this.stopped
    assert len(sink.mails) == 1
    assert state_of(issue_page)["state"] == "paused"
    delivery.work_all()
    assert len(sink.mails) == 1
    actions.resume(sending)
    delivery.work_all()
    assert len(sink.mails) == 5
    assert refuses(actions.pause, sending) == ["It is not being sent."]
    assert refuses(actions.resume, sending) == ["It is not paused."]


def test_before_it_starts_a_pause_fixes_nobody(issue_page: BulletinPage, sink: Sink) -> None:
    readers(1)
    sending = actions.send(issue_page)
    Delivery.objects.create(sending=sending, reader=Reader.objects.get(), message_id="<1@x>")  # killed on its way
    actions.pause(sending)
    reader("later@example.com")
    actions.resume(sending)
    assert sending.state == State.SCHEDULED
    delivery.work_all()
    assert {mail["To"] for mail in sink.mails} == {address(1), "later@example.com"}


def test_a_start_that_was_killed_goes_on_where_it_was(
    issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "BATCH", 2)
    readers(5)
    sending = actions.send(issue_page)
    assert audience.add_rows(sending, issue_page)
    sending.refresh_from_db()
    assert (sending.state, Delivery.objects.count()) == (State.SCHEDULED, 2)
    delivery.work_all()
    sending.refresh_from_db()
    assert (sending.state, sending.readers, len(sink.mails)) == (State.SENT, 5, 5)


def test_where_the_page_is_gone_nothing_is_sent(issue_page: BulletinPage, sink: Sink) -> None:
    readers(1)
    sending = actions.send(issue_page)
    audience.begin(sending)
    BulletinPage.objects.get(pk=issue_page.pk).delete()
    delivery.work_all()
    sending.refresh_from_db()
    assert (sending.state, sending.title, sink.mails) == (State.PAUSED, "A year of the action plan", [])
    assert "no longer exists" in refuses(actions.resume, sending)[0]


def test_one_task_at_a_time_waits_and_each_does_a_slice(
    committed: None, issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(5)
    monkeypatch.setattr(delivery, "SLICE", 0.0)
    actions.send(issue_page)
    tasks.wake()
    assert DBTaskResult.objects.count() == 1
    run_tasks()
    assert state_of(issue_page)["state"] == "sent"
    assert len(sink.mails) == 5
    assert DBTaskResult.objects.count() == 5  # others had their turn in between


def test_the_jobs_take_up_what_nobody_is_at(committed: None, issue_page: BulletinPage, sink: Sink) -> None:
    readers(2)
    actions.send(issue_page, at=timezone.now() + datetime.timedelta(hours=1))
    tasks.go_on()
    assert not DBTaskResult.objects.exists()
    later = timezone.now() + datetime.timedelta(hours=2)
    with time_machine.travel(later, tick=False):
        tasks.go_on()
        tasks.go_on()
        assert DBTaskResult.objects.count() == 1
        assert sink.mails == []
    # No worker takes the task.
    with time_machine.travel(later + datetime.timedelta(minutes=3)):
        tasks.go_on()
        assert state_of(issue_page)["state"] == "sent"


def test_what_a_killed_worker_had_claimed_is_free_at_once_and_what_a_live_one_has_is_not(
    issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers(2)
    sending = actions.send(issue_page)
    audience.begin(sending)
    until = timezone.now() + datetime.timedelta(minutes=5)
    Delivery.objects.update(claimed_by="1-other", claimed_until=until)
    assert lease.release_dead(delivery.queued(sending)) == 0
    assert not delivery.free(sending).exists()
    monkeypatch.setattr("mail.worker_locks.dead", lambda names: list(names))
    assert lease.release_dead(delivery.queued(sending)) == 2
    assert delivery.free(sending).count() == 2


def test_old_tasks_are_forgotten(committed: None) -> None:
    tasks.send_due.enqueue()
    tasks.send_due.enqueue()
    killed, done = DBTaskResult.objects.all()
    killed.claim("worker")
    done.set_successful(None)
    tasks.send_due.enqueue()
    forget_finished()
    assert DBTaskResult.objects.count() == 3
    with time_machine.travel(timezone.now() + datetime.timedelta(days=8)):
        forget_finished()
    assert DBTaskResult.objects.count() == 1  # it still waits


def test_a_test_copy_goes_to_one_address_and_changes_nothing(issue_page: BulletinPage, sink: Sink) -> None:
    readers(1)
    command("send", issue_page.pk, "--to", "ada@example.com")
    assert [mail["To"] for mail in sink.mails] == ["ada@example.com"]
    assert not Sending.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("send", 10**30), "There is no issue"),
        (("status", -5), "There is no issue"),
        (("pause", "PAGE"), "has not been sent"),
        (("send", "PAGE", "--at", "tomorrow"), "“tomorrow” cannot be read as a date"),
        (("send", "PAGE", "--at", "2007-13-45T09:00"), "There is no time 2007-13-45T09:00."),
        (("send", "PAGE", "--at", "3 December 07, 09:00"), "write the year with four digits"),
        (("send", "PAGE", "--to", "nobody"), "is not an email address"),
        (("send", "PAGE", "--to", "zoë@example.org"), "cannot send to an address with letters such as “é”"),
        (("send", "PAGE", "--at", "29 March 2026, 01:30"), "the clocks go forward, and there is no 01:30"),
        (("send", "PAGE", "--at", "2026-10-25T01:30"), "the clocks go back, and 01:30 comes twice"),
    ],
)
def test_the_command_says_what_is_wrong(issue_page: BulletinPage, words: tuple[Any, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        command(*(issue_page.pk if word == "PAGE" else word for word in words))


def test_a_reader_can_see_which_issues_they_got(issue_page: BulletinPage, sink: Sink) -> None:
    readers(1)
    actions.send(issue_page)
    delivery.work_all()
    (told,) = held_about(Reader.objects.get())["bulletins"]
    assert (told["title"], told["what"], told["tries"]) == ("A year of the action plan", "sent", 1)
    assert told["sent"]


def test_the_queries_for_each_mail_are_two(
    issue_page: BulletinPage, sink: Sink, django_assert_num_queries: Any
) -> None:
    readers(2)
    sending = actions.send(issue_page)
    audience.begin(sending)
    sending.refresh_from_db()
    with DeliveryWorker(delivery.IssueQueue(sending, issue_page)) as this:
        first, second = this.claim(5)
        this.deliver(first)
        with django_assert_num_queries(2):
            this.deliver(second)
