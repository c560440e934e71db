"""Every reader gets the issue once, whatever happens to the workers: a real mail server and real processes."""

import random
from pathlib import Path
from time import sleep

import pytest

from bulletins.models import BulletinPage
from bulletins.sending import acts
from bulletins.sending.models import Delivery, Sending
from tests.bulletins.sending.life import Server, address, mail_server, readers, wait_for, workers

pytestmark = pytest.mark.dialect

READERS = 2000
KILLS = 5
FEWER = 500  # where it is not the number that matters


@pytest.fixture
def issue(committed: None, issue_page: BulletinPage) -> BulletinPage:
    return issue_page


def recipients(server: Server) -> list[str]:
    return [recipient for (_, recipient), times in server.taken().items() for _ in range(times)]


def until_taken(server: Server, number: int) -> None:
    while sum(server.taken().values()) < number:
        sleep(0.02)


def test_every_reader_gets_it_though_workers_are_killed_five_times(issue: BulletinPage, tmp_path: Path) -> None:
    readers(READERS)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = acts.send(issue)
        for number in range(KILLS):
            worker = running.start()
            until_taken(server, number * READERS // (KILLS + 1) + random.randint(1, READERS // (KILLS + 2)))
            sleep(random.random() / 50)
            running.kill(worker)
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
    readers(FEWER)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = acts.send(issue)
        for _ in range(3):
            worker = running.start()
            sleep(0.15 + random.random() / 10)
            running.kill(worker)
        running.start()
        wait_for(sending, Sending.State.SENT)
        assert set(recipients(server)) == {address(n) for n in range(1, FEWER + 1)}
    assert Delivery.objects.filter(sending=sending, state=Delivery.State.SENT).count() == FEWER


def test_two_workers_share_the_work_and_send_nothing_twice(issue: BulletinPage, tmp_path: Path) -> None:
    readers(FEWER)
    with mail_server(tmp_path) as server, workers(server, tmp_path) as running:
        sending = acts.send(issue)
        running.start()
        running.start()
        wait_for(sending, Sending.State.SENT)
        sent = recipients(server)
    assert len(sent) == len(set(sent)) == FEWER
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}
