"""Emails with letters beyond ASCII before the @, and long headers: what goes over the line, and what forms say."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from django.conf import LazySettings
from django.core.mail import BadHeaderError, EmailMessage
from django.test import Client

from bulletins.readers.models import ReaderImport, SignUp
from bulletins.readers.recipients import list_headers
from home.models import HomePage
from mail.headers import LINE
from mail.server import NO_ANSWER, NOT_OFFERED, why_not
from tests.asking import problems
from tests.reader_imports import addresses, imported, refusals
from tests.readers import send_form, sign_up
from tests.smtp_sink import Sink

ZOE = "zo\u00eb@example.org"


@pytest.mark.django_db
def test_a_sign_up_is_refused_where_the_server_could_never_send_there(
    home: HomePage, client: Client, sink: Sink
) -> None:
    for number in range(3):
        response = send_form(client, email=ZOE, remote=f"192.0.2.{number}")
        assert NOT_OFFERED in problems(response)
    assert sink.asked == 1, "the answer is remembered"
    assert not SignUp.objects.exists()
    assert sign_up(client).status_code == 303


@pytest.mark.django_db
def test_a_sign_up_is_answered_where_the_server_offers_it(home: HomePage, client: Client, sink: Sink) -> None:
    sink.utf8 = True
    assert sign_up(client, ZOE).status_code == 303
    assert [recipients for _, recipients in sink.envelopes] == [[ZOE]]
    assert sink.options == ["SMTPUTF8 BODY=8BITMIME"]
    assert f"To: {ZOE}\r\n".encode() in sink.raw[0]
    assert b"List-Id: Common Practice <" in sink.raw[0]


@pytest.mark.django_db
def test_an_import_says_why_it_refuses_such_a_line_and_a_suppression_list_takes_it(sink: Sink) -> None:
    content = f"email\nada@example.com\n{ZOE}\n"
    run = imported(content)
    assert addresses() == {"ada@example.com"}
    assert refusals(run) == {3: NOT_OFFERED}
    run = imported(content, kind=ReaderImport.Kind.SUPPRESSION)
    assert not refusals(run).get(3)


def test_a_server_that_does_not_answer_is_no_server_that_offers_nothing(sink: Sink, settings: LazySettings) -> None:
    settings.EMAIL_PORT = 1
    assert why_not(ZOE) == NO_ANSWER
    assert why_not("ada@example.org") == ""


def test_other_ways_of_sending_take_plain_letters_only() -> None:
    assert why_not(ZOE) == NOT_OFFERED
    assert why_not("ada@example.org") == ""


def test_a_server_that_offers_nothing_is_given_no_other_email_instead(sink: Sink) -> None:
    with pytest.raises(OSError, match="SMTPUTF8"):
        EmailMessage("s", "b", to=[ZOE]).send()
    assert sink.envelopes == []


# Headers

PLAIN = "Words of plain letters and very many of them so that no single line may hold all of this"
LONG = "R\u00fcckblick auf das Jahr des Aktionsplans f\u00fcr die Beschaffung sozialer Dienstleistungen in Gro\u00dfbritannien"


def lines_of(mail: EmailMessage) -> list[bytes]:
    written: bytes = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's know how to end a line
    return written.partition(b"\r\n\r\n")[0].split(b"\r\n")


def decoded(text: str) -> str:
    return str(make_header(decode_header(" ".join(text.split()))))


@pytest.mark.parametrize("length", [1, 25, 45, 60, 70, 80, len(LONG)])
@pytest.mark.parametrize("words", [LONG, PLAIN])
def test_a_long_header_fits_behind_its_name(words: str, length: int) -> None:
    words = words[:length].strip()
    mail = EmailMessage(
        words,
        "body",
        f"{words} <us@example.org>",
        [f"{words} <ada@example.org>", f"{words} <bob@example.org>"],
        headers={"X-Words": words, "Message-ID": "<1@example.org>"},
    )
    lines = lines_of(mail)
    assert not [line for line in lines if line.endswith((b": ", b":")) or not line.strip()], "no name without its text"
    assert max(map(len, lines)) <= (LINE if b"=?" in b"".join(lines) else 78)
    read = message_from_bytes(b"\r\n".join(lines) + b"\r\n\r\n")
    assert [decoded(read[name]) for name in ("Subject", "X-Words")] == [words, words]
    found = [(decoded(name), email) for name, email in getaddresses([read["From"], read["To"]])]
    assert found == [(words, f"{who}@example.org") for who in ("us", "ada", "bob")]


def test_the_name_of_the_list_keeps_its_accents() -> None:
    headers = list_headers("https://site.example/u/", LONG)
    lines = lines_of(EmailMessage("s", "b", to=["a@example.org"], headers=headers))
    assert max(len(line) for line in lines if b"=?" in line) <= LINE
    read = message_from_bytes(b"\r\n".join(lines) + b"\r\n\r\n")
    assert decoded(read["List-Id"]) == f"{LONG} <bulletin.testserver>"
    assert list_headers("", "A & B")["List-Id"] == "A B <bulletin.testserver>"


@pytest.mark.parametrize("text", ["a\nBcc: b@example.org", "\u00e4\rb"])
def test_no_header_has_lines_of_its_own(text: str) -> None:
    with pytest.raises(BadHeaderError):
        EmailMessage(text, "b", to=["a@example.org"]).message()
