"""An editor sends an issue and watches it go: each page is accessible, and the numbers come by themselves."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, log_in
from tests.browser.fill_sending import READERS, in_site
from tests.browser.places import SENDING
from tests.browser.served import Served
from tests.browser.test_accessibility import OPTIONS, follow
from tests.browser.test_admin import visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(mail_site: Served) -> Served:
    return mail_site


@pytest.fixture(scope="module")
def there(site: Served) -> Iterator[Callable[[str], str]]:
    with in_site(str(site.log.parent / "db.sqlite3")) as call:
        yield call


def check(page: Page) -> None:
    """Our part of the page: what stands around it is Wagtail's."""
    page.wait_for_load_state()  # a click ends where the next page begins to arrive
    expect(page.locator("main")).to_have_count(1)
    # Wagtail's messages fade in, and half of the way their colours have too little contrast.
    for messages in page.locator(".messages > ul").all():
        expect(messages).to_have_css("opacity", "1")
    found = Axe().run(page, context={"include": [["main"]]}, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


def test_from_the_issue_to_the_last_number(editor: Page, open_page: Opener, there: Callable[[str], str]) -> None:
    number = there("readers()")
    send = SENDING["send"].format(number)
    visit(editor, f"/admin/pages/{number}/edit/")
    assert editor.locator(f"a[href='{send}']").count() > 0
    visit(editor, send)
    check(editor)
    expect(editor.locator("main")).to_contain_text(f"It goes to {READERS} readers")
    editor.get_by_role("button", name="Continue…").click()
    expect(editor.locator("main h2").first).to_contain_text(f"to {READERS} readers now?")
    check(editor)
    editor.get_by_role("link", name="No, go back").click()
    editor.get_by_label("At a time").check()
    editor.get_by_role("button", name="Continue…").click()
    expect(editor.get_by_role("alert")).to_contain_text("Nothing has been sent yet.")
    check(editor)
    editor.get_by_label("At a time").check()
    editor.get_by_label("Day and time").fill(
        editor.evaluate("new Date(Date.now() + 86400000).toISOString().slice(0, 16)")
    )
    editor.get_by_role("button", name="Continue…").click()
    editor.get_by_role("button", name=f"Yes, send to {READERS} readers").click()
    expect(editor.locator("main")).to_contain_text("It goes out on")
    check(editor)

    there("on_its_way(10)")
    expect(editor.locator("main h2").first).to_have_text("It is being sent.")
    said = editor.get_by_role("status").filter(has_text="It is being sent.")
    expect(said).to_have_text("It is being sent. 20% done.")
    check(editor)
    editor.get_by_role("link", name="Pause…").focus()
    there("on_its_way(20)")
    expect(said).to_have_text("It is being sent. 50% done.")
    expect(editor.locator("main progress")).to_have_attribute("value", "50")
    expect(editor.get_by_role("link", name="Pause…")).to_be_focused()
    follow(editor.get_by_role("link", name="Pause…"))
    check(editor)
    editor.get_by_role("button", name="Yes, pause").click()
    expect(editor.locator("main h2").first).to_contain_text("It is paused")
    follow(editor.get_by_role("link", name="Resume…"))
    check(editor)
    editor.get_by_role("button", name="Yes, resume").click()
    expect(editor.locator("main h2").first).to_have_text("It is being sent.")
    there("finished()")
    expect(editor.locator("main h2").first).to_contain_text("It is sent.")
    expect(editor.get_by_role("link", name="Pause…")).to_have_count(0)
    editor.get_by_role("link", name="Failed").click()
    expect(editor.locator("main")).to_contain_text("550 5.1.1 no such user")
    check(editor)
    for path in SENDING.values():
        visit(editor, path.format(number))
        check(editor)

    plain = open_page(java_script_enabled=False)
    there("on_its_way(20)")
    log_in(plain)
    plain.goto(send)
    expect(plain.locator("main")).to_contain_text("50% of 40 readers")
    there("on_its_way(30)")
    plain.get_by_role("link", name="Refresh these numbers").click()
    expect(plain.locator("main")).to_contain_text("75% of 40 readers")


def test_bounces_from_a_file(editor: Page, there: Callable[[str], str]) -> None:
    visit(editor, SENDING["bounces"])
    line = b"email,kind\nsent-to-1@example.com,hard\nnobody,hard\n"
    editor.get_by_label("CSV file").set_input_files({"name": "bounces.csv", "mimeType": "text/csv", "buffer": line})
    editor.get_by_role("button", name="Check the file").click()
    expect(editor.locator("main")).to_contain_text(re.compile(r"1\s+line: gets no more email"))
    check(editor)
    editor.get_by_role("button", name="Import 1 line").click()
    expect(editor.locator(".messages")).to_contain_text("Imported: 1 of these readers")
