"""A reader asks the contact of an example; copies a citation."""

import http.client
import re
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.places import SLUG
from tests.browser.served import Served
from tests.browser.test_accessibility import LOOKS, check
from tests.browser.waits import arrived, form_is_taken, until

pytestmark = pytest.mark.browser
URL = f"/case-studies/{SLUG}/ask/"


def outbox(site: Served) -> list[str]:
    """The text of each mail that the site has sent."""
    files = sorted((site.log.parent / "outbox").glob("*"))
    mails = [
        message_from_bytes(part.strip(), policy=policy.default)
        for file in files
        for part in file.read_bytes().split(b"-" * 79)
        if part.strip()
    ]
    return [f"To: {message['To']}\nReply-To: {message['Reply-To']}\n{message.get_content()}" for message in mails]


def fill(page: Page, question: str) -> None:
    page.get_by_label("Your name").fill("Ada Reader")
    page.get_by_label("Your email address").fill("ada@example.com")
    page.get_by_label("Your question").fill(question)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_question_is_sent(open_page: Opener, site: Served, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto(URL)
    question = f"How was it paid for? {javascript}"
    fill(page, question)
    form_is_taken(page)
    page.get_by_role("button", name="Send the question").click()
    expect(page.locator("h1")).to_have_text("Your question is on its way")
    assert page.url.endswith(f"{URL}sent/")
    mail = arrived(page, lambda: [text for text in outbox(site) if question in text])
    assert mail.startswith("To: contact@example.org\nReply-To: ada@example.com\n")
    assert page.context.cookies() == []
    page.get_by_role("link", name="Back to the example").click()
    expect(page.locator("h1")).to_contain_text("An example with everything")


@pytest.mark.parametrize("look", LOOKS)
def test_errors_are_read_first_and_lead_to_their_fields(open_page: Opener, look: str) -> None:
    page = open_page(**LOOKS[look])
    page.goto(URL)
    page.get_by_label("Your name").fill("Ada Reader")
    page.get_by_role("button", name="Send the question").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("heading", name="There is a problem")).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("Ada Reader")
    page.get_by_role("link", name="Write your question.").click()
    field = page.get_by_label("Your question")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("Up to 4,000 characters.*Error: Write your question."))
    check(page)
    assert page.context.cookies() == []


def test_what_only_programs_fill_in_is_met_by_nobody(reader: Page) -> None:
    reader.goto(URL)
    assert "Leave this empty" not in reader.locator("main").aria_snapshot()
    names = []
    reader.get_by_label("Your name").focus()
    for _ in range(5):
        names.append(reader.evaluate("() => document.activeElement.name || document.activeElement.textContent"))
        reader.keyboard.press("Tab")
    assert names == ["name", "email", "organisation", "question", "Send the question"]


def test_limits_hold_across_the_processes_of_the_site(site: Served, reader: Page) -> None:
    reader.goto(URL)
    stamp = reader.locator("[name=stamp]").input_value()
    form_is_taken(reader)
    where = urllib.parse.urlsplit(site.url)

    def ask(number: int) -> int:
        form = {"name": "A", "email": f"reader{number}@example.com", "question": f"At once {number}?", "stamp": stamp}
        headers = {"Origin": site.url, "Content-Type": "application/x-www-form-urlencoded"}
        # An address of its own, so that the other tests' questions do not count.
        connection = http.client.HTTPConnection(str(where.hostname), where.port, source_address=("127.0.0.2", 0))
        connection.request("POST", URL, urllib.parse.urlencode(form), headers)
        return connection.getresponse().status

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(ask, range(16)))
    assert set(answers) <= {303, 429}
    assert answers[429] >= 13
    # The worker sends what was taken, and nothing else.
    until(
        reader, lambda: len([text for text in outbox(site) if "At once" in text]) >= answers[303], lambda: None, 120_000
    )
    assert len([text for text in outbox(site) if "At once" in text]) == answers[303]


CITED = [("1", "BibTeX", "@misc{a,\n}", "4")]


def put_citations(page: Page) -> None:
    page.goto(f"/case-studies/{SLUG}/ask/sent/")
    page.evaluate(
        """html => {
          document.querySelector("main .wrap").insertAdjacentHTML("beforeend", html);
          const script = document.createElement("script");
          script.src = "/static/js/copy.js";
          document.head.append(script);
        }""",
        str(render_to_string("components/cite.html", {"citations": CITED, "page_url": "http://other.example/a/"})),
    )


def test_a_citation_is_copied(open_page: Opener) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    put_citations(page)
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("status").first).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "@misc{a,\n}"
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").last).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "http://other.example/a/"
    check(page)


def test_a_citation_is_selected_where_it_cannot_be_copied(open_page: Opener) -> None:
    page = open_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    put_citations(page)
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("status").first).to_contain_text("Selected")
    assert page.evaluate("() => getSelection().toString()") == "@misc{a,\n}"
