"""The Nu HTML checker finds no error in the pages for readers of the e-bulletin, in any state that they have."""

from pathlib import Path

import pytest
from django.test import Client

from bulletins.readers import tokens
from bulletins.readers.models import Reader, State
from home.models import HomePage
from tests.factories import area
from tests.readers import reader, send_form
from tests.test_markup import errors

pytestmark = [pytest.mark.nu, pytest.mark.django_db]


def path(one: Reader, purpose: str) -> str:
    return tokens.url(one, purpose).removeprefix("http://testserver")


def test_pages_for_readers(home: HomePage, client: Client, tmp_path: Path) -> None:
    chosen = area("prisons", label='Prisons & "gaols"')
    addresses = ["/bulletins/subscribe/", "/bulletins/subscribe/sent/", "/bulletins/preferences/erased/"]
    for number, state in enumerate(State):
        one = reader(f"r{number}@example.com", state)
        one.areas.set([chosen])
        addresses += [path(one, purpose) for purpose in (tokens.CONFIRM, tokens.UNSUBSCRIBE, tokens.PREFERENCES)]
    addresses += [f"{addresses[-1]}erase/", f"{addresses[-1]}?saved=areas", "/bulletins/confirm/x/"]
    gone = reader("gone@example.com")
    addresses += [path(gone, purpose) for purpose in (tokens.CONFIRM, tokens.UNSUBSCRIBE)]
    gone.delete()
    pages = {address: client.get(address).content.decode() for address in addresses}
    wrong = send_form(client, email='"><b>', consent="", area=["none"])
    pages["a form with errors"] = wrong.content.decode()
    pages["preferences with an error"] = client.post(
        path(Reader.objects.get(state=State.CONFIRMED), tokens.PREFERENCES), {"action": "areas", "area": ["none"]}
    ).content.decode()
    assert "There is a problem" in pages["a form with errors"]
    assert "There is a problem" in pages["preferences with an error"]
    assert errors(tmp_path, pages) == []
