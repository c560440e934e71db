"""Every reader gets the issue once, whatever happens to the workers: a real mail server and real processes."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from bulletins.models import BulletinPage
from bulletins.sending import actions
from bulletins.sending.models import Delivery, Sending
from mail import lease
from tests.bulletins.sending.life import LIMIT, Server, address, mail_server, readers, wait_for, workers

pytestmark = pytest.mark.dialect

READERS = 150
KILLS = 8
EACH = 15  # mails at most that a worker sends before it is killed
MOMENT = 1000  # calls of functions: a mail has about as many


@pytest.fixture
def issue(committed: None, issue_page: BulletinPage) -> BulletinPage:
    return issue_page


def recipients(server: Server) -> list[str]:
    return [recipient for (_, recipient), times in server.taken().items() for _ in range(times)]


def test_every_reader_gets_it_though_workers_are_killed_again_and_again(issue: BulletinPage, tmp_path: Path) -> None:
    readers(READERS)
    rng = random.Random(1)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = actions.send(issue)
        for _ in range(KILLS):
            running.run_until_killed("deliver", rng.randint(1, EACH), rng.randint(1, MOMENT))
        running.start()
        wait_for(sending, Sending.State.SENT)
        taken = server.taken()
    rows = list(Delivery.objects.filter(sending=sending).values_list("state", "message_id", "reader__address"))
    assert len(rows) == sending.readers == READERS
    assert {state for state, _, _ in rows} == {Delivery.State.SENT}
    # Nobody is left out, and nobody gets another mail than the one that is in the books.
    assert set(taken) == {(message_id, reader) for _, message_id, reader in rows}
    assert sum(taken.values()) - READERS <= KILLS  # one for each kill at most, with the same Message-ID


def test_a_worker_that_is_killed_at_the_start_leaves_no_half_audience(issue: BulletinPage, tmp_path: Path) -> None:
    readers(50)
    rng = random.Random(2)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = actions.send(issue)
        for _ in range(3):
            running.run_until_killed("add_rows", 2, rng.randint(1, MOMENT))
        running.start()
        wait_for(sending, Sending.State.SENT)
        assert set(recipients(server)) == {address(n) for n in range(1, 51)}
    assert Delivery.objects.filter(sending=sending, state=Delivery.State.SENT).count() == 50


def test_two_workers_share_the_work_and_send_nothing_twice(issue: BulletinPage, tmp_path: Path) -> None:
    readers(READERS)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = actions.send(issue)
        running.start()
        running.start()
        wait_for(sending, Sending.State.SENT)
        sent = recipients(server)
    assert len(sent) == len(set(sent)) == READERS
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}


def test_the_workers_of_two_hosts_take_part_at_once_and_send_nothing_twice(issue: BulletinPage, tmp_path: Path) -> None:
    """Each one's mail server takes a second mail only when that of the other has taken one."""
    readers(40)
    one, two = (tmp_path / name for name in ("one", "two"))
    patience = {"EMAIL_TIMEOUT": str(LIMIT)}
    with (
        mail_server(one, "--after", str(two / "taken.log")) as first,
        mail_server(two, "--after", str(one / "taken.log")) as second,
        workers(first, tmp_path, **patience) as running,
    ):
        running.serve("one", first)
        running.serve("two", second)
        sending = actions.send(issue)
        wait_for(sending, Sending.State.SENT)
        of_one, of_two = recipients(first), recipients(second)
    assert of_one
    assert of_two
    assert sorted(of_one + of_two) == sorted(address(n) for n in range(1, 41))


def test_what_a_worker_held_that_died_on_another_host_goes_out_soon(issue: BulletinPage, tmp_path: Path) -> None:
    assert timedelta(minutes=1) > lease.LEASE
    readers(20)
    with mail_server(tmp_path) as server, workers(server, tmp_path, LEASE="1") as running:
        sending = actions.send(issue)
        running.run_until_killed("deliver", 3, 500, "one")
        running.start("two")
        wait_for(sending, Sending.State.SENT)
        sent = recipients(server)
    assert set(sent) == {address(n) for n in range(1, 21)}
    assert len(sent) <= 21  # the mail that was on its way
