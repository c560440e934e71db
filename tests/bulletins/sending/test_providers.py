"""A mail provider's own interface instead of SMTP: the settings, and what it is given."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from bulletins.models import BulletinPage
from bulletins.sending import actions, delivery
from bulletins.sending.models import Delivery
from tests.bulletins.sending.life import readers
from tests.served import ROOT, environment

TOLD = "from cop_site import settings as s; print(s.MAIL_SERVER_BACKEND, s.EMAIL_TIMEOUT, s.BULLETIN_RATE, s.ANYMAIL)"


def told(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", TOLD]
    known = environment(folder) | variables
    return subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, check=False)


def test_the_environment_names_the_provider(tmp_path: Path) -> None:
    variables = {"ANYMAIL_POSTMARK_SERVER_TOKEN": "abc", "ANYMAIL_WEBHOOK_SECRET": "", "BULLETIN_RATE": "2.5"}
    said = told(tmp_path, EMAIL_URL="anymail://postmark", EMAIL_TIMEOUT="7", **variables).stdout
    expected = {"POSTMARK_SERVER_TOKEN": "abc", "REQUESTS_TIMEOUT": 7}
    assert said.strip() == f"anymail.backends.postmark.EmailBackend 7 2.5 {expected}"


@pytest.mark.parametrize("url", ["anymail://nobody", "anymail://", "anymail://../x", "anymail://postmark.x"])
def test_a_provider_that_anymail_does_not_know_is_refused(tmp_path: Path, url: str) -> None:
    assert "anymail knows no provider" in told(tmp_path, EMAIL_URL=url).stderr


def test_a_provider_is_given_the_number_by_which_its_webhooks_name_the_mail(
    issue_page: BulletinPage, settings: Any
) -> None:
    settings.MAIL_SERVER_BACKEND = "anymail.backends.test.EmailBackend"
    readers(2)
    actions.send(issue_page)
    delivery.work_all()
    rows = {row.message_id: str(row.pk) for row in Delivery.objects.filter(state=Delivery.State.SENT)}
    sent: dict[str, Any] = {one.extra_headers["Message-ID"]: one for one in mail.outbox}
    assert {name: one.anymail_test_params["metadata"]["delivery"] for name, one in sent.items()} == rows
    assert len(rows) == 2
    for one in sent.values():
        assert one.alternatives[0][1] == "text/html"
        assert "link.invalid" not in one.body
