"""What an editor does in the admin, in a browser that watches the policy, the hosts and the console."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in
from tests.browser.places import SLUG
from tests.browser.waits import editor_knows_what_was_saved

pytestmark = pytest.mark.browser
LISTS = [
    "/admin/",
    "/admin/pages/",
    "/admin/images/",
    "/admin/documents/",
    "/admin/vocabulary/area/",
    "/admin/vocabulary/tags/",
    "/admin/snippets/organisations/organisation/",
    "/admin/reports/site-history/",
    "/admin/users/",
    "/admin/redirects/",
    "/admin/content/",
    "/admin/content/?area=respite&review=none",
    "/admin/reports/reviews/",
    "/admin/snippets/organisations/organisation/add/",
    "/admin/groups/",
    "/admin/workflows/list/",
    "/admin/account/",
]
TABS = ["Facts", "How readers find it", "Dates and source", "Address", "Story"]


def visit(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")


def number_of(page: Page, slug: str, kind: str = "case-study") -> int:
    """The id of a published page of this kind."""
    found = page.request.get(f"/search/?format=json&kind={kind}").json()["results"]
    return next(row["id"] for row in found if row["url"].endswith(f"/{slug}/"))


def number_of_list(page: Page) -> int:
    visit(page, "/admin/pages/search/?q=case+studies")
    match = re.search(r"/admin/pages/(\d+)/edit/", page.locator("main").inner_html())
    assert match
    return int(match[1])


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def add_block(page: Page, name: str) -> None:
    """Looks at the block's preview first, as the editor may."""
    page.locator("button.c-sf-add-button").last.click()
    option = page.get_by_role("option", name=name, exact=True).filter(visible=True)
    expect(option).to_be_visible()
    names = page.get_by_role("option").filter(visible=True).all_inner_texts()
    page.get_by_role("button", name="Preview", exact=True).filter(visible=True).nth(names.index(name)).click()
    expect(page.frame_locator(".w-combobox-preview__iframe").locator("main.story")).to_be_visible()
    option.click()
    expect(page.get_by_role("option").filter(visible=True)).to_have_count(0)


def test_lists_load_without_a_violation_or_another_host(editor: Page) -> None:
    for path in LISTS:
        visit(editor, path)
        expect(editor.locator("h1, h2").first).to_be_attached()
    visit(editor, f"/admin/pages/{number_of_list(editor)}/")
    expect(editor.get_by_text("An example with everything").first).to_be_visible()


def test_every_tab_every_block_and_the_preview_of_the_form(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    for name in TABS:
        tab(editor, name)
    blocks = editor.locator("[data-contentpath=body] [data-streamfield-child]")
    before = blocks.count()
    for number, name in enumerate(["Quote", "What changed", "Picture", "Document"], start=1):
        add_block(editor, name)
        expect(blocks).to_have_count(before + number)


def test_the_checklist_leads_to_each_field_and_follows_the_draft(editor: Page) -> None:
    visit(editor, f"/admin/pages/add/casestudies/casestudypage/{number_of_list(editor)}/")
    checklist = editor.locator("[data-side-panel=checklist]")
    if not checklist.is_visible():
        editor.get_by_role("button", name="Toggle checklist").click()
    expect(checklist).to_contain_text("Nothing is saved yet")
    editor_knows_what_was_saved(editor)
    editor.get_by_role("textbox", name="Title").first.press_sequentially("An example of a checklist")
    editor.get_by_role("textbox", name="Summary").first.press_sequentially("What it is and for whom.")
    expect(checklist).to_contain_text("As last saved")
    checklist.get_by_role("link", name="As at", exact=True).click()
    expect(editor.get_by_role("tab", name="Dates and source")).to_have_attribute("aria-selected", "true")
    expect(editor.locator("#id_as_at")).to_be_focused()
    editor.locator("#id_as_at").fill("2007-12-01")
    editor.keyboard.press("Tab")
    expect(checklist.get_by_role("link", name="As at", exact=True)).to_have_count(0)
    # What cannot be kept is named where autosave says that it has paused.
    editor.locator("#id_sources-ADD").click()
    editor.locator("#id_sources-0-url").fill("no url")
    editor.keyboard.press("Tab")
    expect(editor.locator("footer")).to_contain_text("Source 1: Web address: Enter a valid URL.")
    editor.locator("#id_sources-0-url").fill("")
    editor.keyboard.press("Tab")
    expect(editor.locator("footer")).not_to_contain_text("Web address")
    checklist.get_by_role("link", name="Lessons").click()
    expect(editor.get_by_role("tab", name="Story")).to_have_attribute("aria-selected", "true")


def test_an_organisation_is_added_where_it_is_chosen_and_a_double_is_offered_the_one_that_is_there(
    editor: Page,
) -> None:
    visit(editor, f"/admin/pages/add/casestudies/casestudypage/{number_of_list(editor)}/")
    editor.get_by_role("textbox", name="Title").first.press_sequentially("An organisation to add")
    chosen = editor.locator(".snippet-chooser [data-chooser-title]")
    modal = editor.locator(".modal-body")
    for number, (name, shown) in enumerate(
        [("Quay Street Advice", "Quay Street Advice"), ("the QUAY street advice.", "")]
    ):
        editor.locator("#id_organisations-ADD").click()
        editor.get_by_role("button", name="Choose organisation").filter(visible=True).click()
        modal.get_by_role("tab", name="Add a new one").click()
        modal.get_by_label("Name").fill(name)
        modal.get_by_role("button", name="Add and choose").click()
        if not shown:
            expect(modal).to_contain_text("“Quay Street Advice” is already in the list.")
            modal.get_by_label("Choose “Quay Street Advice” from the list instead").check()
            modal.get_by_role("button", name="Add and choose").click()
        expect(modal).to_have_count(0)
        expect(chosen.nth(number)).to_have_text("Quay Street Advice")


def test_the_preview_stands_beside_the_form(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    editor.get_by_role("button", name="Toggle preview").click()
    preview = editor.frame_locator("iframe.w-preview__iframe").first
    expect(preview.locator("h1")).to_contain_text("An example with everything")
    expect(preview.locator("body")).to_have_css("margin", "0px")
    editor.wait_for_load_state("networkidle")


def test_choosers_open(editor: Page) -> None:
    visit(editor, f"/admin/pages/{number_of(editor, SLUG)}/edit/")
    for name in ("image", "document"):
        choose = editor.locator(f"[data-contentpath=body] .{name}-chooser [data-chooser-action-choose]").first
        choose.evaluate("one => one.click()")  # it waits in a menu
        expect(editor.locator(".modal-body")).to_be_visible()
        editor.wait_for_load_state("networkidle")
        editor.locator(".modal .close").first.click()
        expect(editor.locator(".modal-body")).to_have_count(0)


def test_a_draft_needs_only_a_title_and_publishing_says_what_is_missing(editor: Page) -> None:
    visit(editor, f"/admin/pages/add/casestudies/casestudypage/{number_of_list(editor)}/")
    editor.get_by_role("textbox", name="Title").first.press_sequentially("Only a title so far")
    expect(editor.locator("#id_slug")).to_have_value("only-a-title-so-far")
    editor.get_by_role("button", name="Save draft").click()
    editor.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    expect(editor.locator(".messages")).to_contain_text("created")
    expect(editor.get_by_role("textbox", name="Title").first).to_have_value("Only a title so far")
    editor.wait_for_load_state("networkidle")
    editor.get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name="Publish", exact=True).click()
    said = editor.locator(".messages")
    expect(said).to_contain_text("could not be saved due to validation errors")
    for missing in ("Summary", "Evidence level", "Service areas", "As at"):
        expect(said).to_contain_text(f"{missing} is missing.")
    expect(said).to_contain_text("Add at least one organisation and say what its role is.")
    assert editor.request.get("/case-studies/only-a-title-so-far/").status == 404


def test_the_vocabulary_is_put_in_order_by_dragging_or_by_keys(editor: Page) -> None:
    visit(editor, "/admin/vocabulary/stage/")
    editor.get_by_role("button", name="Actions").first.click()
    editor.get_by_role("link", name="Sort item order").click()
    editor.wait_for_url("**ordering=sort_order**")
    editor.wait_for_load_state("networkidle")
    titles = editor.locator("main tbody .title-wrapper a")
    handles = editor.locator("main tbody button.w-orderable__item__handle")
    first, second, *others = titles.all_inner_texts()

    def check(order: list[str]) -> None:
        editor.wait_for_load_state("networkidle")
        visit(editor, editor.url)
        assert titles.all_inner_texts() == order

    with editor.expect_response("**/reorder/**") as answer:
        handles.nth(0).drag_to(handles.nth(1), target_position={"x": 5, "y": 20})
    assert answer.value.ok
    check([second, first, *others])
    handles.nth(0).focus()
    with editor.expect_response("**/reorder/**") as answer:
        editor.keyboard.press("ArrowDown")
        editor.keyboard.press("Enter")
    assert answer.value.ok
    check([first, second, *others])


def test_logging_out_ends_the_session(reader: Page) -> None:
    log_in(reader)
    visit(reader, "/")
    visit(reader, "/case-studies/")
    visit(reader, "/admin/")
    reader.locator("form[action*=logout] button").evaluate("one => one.click()")
    reader.wait_for_url("**/admin/login/**")
    visit(reader, "/admin/")
    assert "/admin/login/" in reader.url


def test_a_title_keeps_its_words_whole_on_a_small_screen(editor: Page) -> None:
    editor.set_viewport_size({"width": 400, "height": 800})
    for path in ("/admin/content/", "/admin/vocabulary/area/"):
        visit(editor, path)
        box = editor.locator("td.title .title-wrapper").first.bounding_box()
        assert box
        assert box["width"] >= 170
