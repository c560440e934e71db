"""What goes over the line is what `message` makes, whatever stands in the letter."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from bulletins.rendering import BROWSER, PREFERENCES, UNSUBSCRIBE, Links, RenderedMail, message
from bulletins.sending.stencil import Stencil

LINKS = Links(
    browser="https://site.example/bulletins/2007-winter/?a=1&from=bulletin-7",
    preferences=f"https://site.example/p/{'k' * 90}=/?issue=7",
    unsubscribe="https://site.example/u/key=.sig/?issue=7",
)
ALL = " ".join((BROWSER, PREFERENCES, UNSUBSCRIBE, BROWSER))
LONG = "Wörter und so weiter = mehr " * 60  # longer than a line may be, so it goes as quoted-printable
LETTERS = {
    "plain": (f"Words.\n\n{ALL}\n", f'<p>Words</p>\n<a href="{BROWSER}">x</a> {ALL}'),
    "beyond ASCII": (f"Wörter – mehr\n.\n.dot\n{ALL}\n", f"<p>Wörter – mehr</p>{ALL}\n"),
    "long lines": (f"{LONG}{ALL} \n{ALL}", f'<p>{LONG}<a href="{UNSUBSCRIBE}"> x</a> </p>\t\n{ALL} {LONG}'),
    "a line that is too long only with its links": ("x", f"<p>{'w ' * 330}{ALL}</p>"),
    "no links": ("Words.", "<p>Words.</p>"),
}


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("kind", LETTERS)
def test_it_is_the_same_mail(kind: str) -> None:
    text, html = LETTERS[kind]
    letter = RenderedMail("Über: what is new", html, text, "Common Practice")
    raw = Stencil(letter).mail("ada@example.com", LINKS, "<1@site.example>").as_bytes("\r\n")
    made: Any = message(letter, "ada@example.com", LINKS, "<1@site.example>").message()
    expected = parsed(made.as_bytes(linesep="\r\n"))
    found = parsed(raw)
    ignored = ("date", "content-type")  # the moment, and the boundary
    told = [
        {name: str(value) for name, value in one.items() if name.lower() not in ignored} for one in (found, expected)
    ]
    assert told[0] == told[1]
    assert found["Date"]
    for kind_of_text in ("plain", "html"):
        ours, theirs = found.get_body((kind_of_text,)), expected.get_body((kind_of_text,))
        assert ours is not None
        assert theirs is not None
        assert ours.get_content() == theirs.get_content()
    # RFC 5321: 1,000 octets with the end of the line; RFC 2045: 76 characters of quoted-printable.
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"link.invalid" not in raw


def test_each_reader_gets_their_own() -> None:
    stencil = Stencil(RenderedMail("s", f"<p>{ALL}", ALL, "p"))
    first = stencil.mail("a@example.com", LINKS, "<1@x>")
    other = stencil.mail("b@example.com", Links("https://b/", "https://p/", "https://u/"), "<2@x>")
    assert b"a@example.com" not in other.as_bytes("\r\n")
    assert parsed(first.as_bytes("\r\n"))["To"] == "a@example.com"
    assert parsed(other.as_bytes("\r\n"))["List-Unsubscribe"] == "<https://u/>"
    assert first.recipients() == ["a@example.com"]
