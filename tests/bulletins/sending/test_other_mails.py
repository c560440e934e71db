"""Other mails beside an issue: a request queues them, and those that somebody waits for go first."""

import smtplib
import threading

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bulletins.models import BulletinPage
from bulletins.sending import actions, delivery
from bulletins.sending.models import Delivery, Sending
from casestudies.models import CaseStudyPage
from community.mails import RESET
from community.models import User
from home.models import HomePage
from mail import worker
from mail.models import OutgoingMail
from mail.sending import send
from mail.worker import FIRST
from tests import readers as sign_ups
from tests.asking import CONTACT, send_form
from tests.bulletins.sending.life import readers
from tests.factories import case_study
from tests.forms import complete, edit_url
from tests.smtp_sink import Sink
from tests.tasks import run_tasks
from tests.test_decisions import form
from tests.test_roles import person

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
KNOWN = "chief@example.com"


@pytest.fixture
def chief(home: HomePage) -> User:
    return User.objects.create_superuser(KNOWN, "correct horse battery")


def test_no_request_asks_a_mail_server(
    chief: User,
    issue_page: BulletinPage,
    example_page: CaseStudyPage,
    sink: Sink,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor do the notifications of Wagtail, which come through Django's own way of sending."""
    settings.EMAIL_BACKEND = "mail.backend.EmailBackend"

    def asked(*values: object, **options: object) -> None:
        raise AssertionError("a request asked the mail server")

    monkeypatch.setattr(smtplib, "SMTP", asked)
    client = Client()
    assert client.post("/admin/password_reset/", {"email": KNOWN}).status_code == 302
    assert sign_ups.send_form(client, email="zo\u00eb@example.com").status_code == 200
    assert sign_ups.send_form(client).status_code == 303
    assert send_form(client, example_page).status_code == 303
    client.force_login(chief)
    assert client.post(reverse("bulletin_test_copy", args=[issue_page.pk])).status_code == 302
    editor = person("Editors")
    client.force_login(editor)
    page = case_study(example_page.get_parent(), "Waiting", live=False, owner=editor)
    page.save_revision()
    submitted = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form(page, {"action-submit": "1"}))
    assert submitted.status_code == 302
    asked_for = set(OutgoingMail.objects.values_list("kind", "recipient"))
    assert asked_for == {
        (RESET, KNOWN),
        ("bulletin_sign_up", sign_ups.ADA),
        ("contact_question", CONTACT),
        ("bulletin_test_copy", KNOWN),
        ("passed_on", KNOWN),
    }


def test_a_reset_goes_before_the_rest_of_an_issue(
    committed: None, issue_page: BulletinPage, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_superuser(KNOWN, "correct horse battery")
    readers(4 * FIRST)
    asked: list[OutgoingMail] = []
    monkeypatch.setattr(worker, "BATCH", FIRST)

    def taken(self: delivery.IssueQueue) -> None:
        """The first mail of the issue is out; somebody has forgotten a password."""
        if not asked:
            asked.append(send(RESET, KNOWN))

    monkeypatch.setattr(delivery.IssueQueue, "was_taken", taken)
    actions.send(issue_page)
    run_tasks()
    order = [recipients[0] for _, recipients in sink.envelopes]
    assert len(order) == 4 * FIRST + 1
    assert order.index(KNOWN) == FIRST, "behind the rows that the worker had taken for itself already"
    assert Sending.objects.get().state == Sending.State.SENT


def test_a_queue_of_ten_thousand_refuses_no_sign_up_and_no_edit(
    committed: None, issue_page: BulletinPage, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer at a time."""
    settings.MAIL_SERVER_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    monkeypatch.setattr(delivery, "SLICE", 0.5)
    readers(10_000)
    actions.send(issue_page)
    study, client = CaseStudyPage.objects.get(slug="plain"), Client()
    client.force_login(User.objects.create_superuser(KNOWN, "correct horse battery"))
    stopped = threading.Event()

    def work() -> None:
        try:
            while not stopped.is_set():
                delivery.work(Sending.objects.get())
        finally:
            connection.close()

    worker_thread = threading.Thread(target=work)
    worker_thread.start()
    sent = 0
    answers: list[int] = []
    try:
        # While readers are being fixed, and while mails leave.
        while sent < 10 and worker_thread.is_alive():
            number = len(answers)
            email, remote = f"new{number}@example.com", f"192.0.2.{number % 250}"
            answers.append(sign_ups.send_form(Client(), email=email, remote=remote).status_code)
            changed = complete(study, title=f"Title {number}", **{"action-publish": "1"})
            answers.append(client.post(edit_url(study), changed).status_code)
            sent = Delivery.objects.filter(state=Delivery.State.SENT).count()
    finally:
        stopped.set()
        worker_thread.join()
    assert sent >= 10
    assert answers == [303, 302] * (len(answers) // 2)
    assert OutgoingMail.objects.count() == len(answers) // 2
    study.refresh_from_db()
    assert study.title == f"Title {len(answers) - 2}"


def test_bulletin_work_sends_them_where_no_worker_runs(issue_page: BulletinPage, chief: User, sink: Sink) -> None:
    readers(2)
    send(RESET, KNOWN)
    actions.send(issue_page)
    delivery.work_all()
    assert next(recipients[0] for _, recipients in sink.envelopes) == KNOWN
    assert len(sink.envelopes) == 3
