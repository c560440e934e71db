"""Preflight: each finding, where it is and how to mend it; and whether an issue may be sent."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction, Workflow

from bulletins.approval import may_be_sent
from bulletins.issue import issue_of
from bulletins.models import BulletinPage
from bulletins.preflight import Finding, Level, external_links, preflight
from bulletins.rendering import freeze, letter_for, letter_of
from casestudies.models import CaseStudyPage
from community.models import User
from core.models import SiteImage
from tests.bulletins.conftest import news, section

Write = Callable[..., BulletinPage]


def found(page: BulletinPage) -> list[Finding]:
    issue = issue_of(page)
    findings = preflight(issue, letter_of(issue))
    assert all(finding.what and finding.how and finding.place.words for finding in findings)
    return findings


def codes(page: BulletinPage) -> list[tuple[str, str]]:
    return [(finding.level.value, finding.code) for finding in found(page)]


def test_an_issue_in_order_has_no_findings(issue_page: BulletinPage) -> None:
    assert codes(issue_page) == []


@pytest.mark.parametrize(
    ("values", "finding"),
    [
        ({"subject": ""}, ("block", "subject")),
        ({"subject": " \0"}, ("block", "subject")),
        ({"subject": "s" * 61}, ("warn", "long-subject")),
        ({"preheader": ""}, ("warn", "preheader")),
        ({"editorial": "", "sections": []}, ("block", "empty")),
        ({"editorial": "<h3>Too low</h3>"}, ("warn", "levels")),
        ({"editorial": f"<p>{'x' * 73}</p>"}, ("warn", "long-line")),
        ({"editorial": "<p>" + "word " * 21_000 + "</p>"}, ("block", "size")),
        ({"editorial": '<p><a linktype="page" id="999999">gone</a></p>'}, ("block", "page")),
        ({"editorial": '<p><a linktype="page" id="x">gone</a></p>'}, ("block", "page")),
    ],
)
def test_each_finding(issue_page: BulletinPage, values: dict[str, Any], finding: tuple[str, str]) -> None:
    for name, value in values.items():
        setattr(issue_page, name, value)
    assert codes(issue_page) == [finding]


def test_a_subject_that_just_fits_and_a_long_address_are_no_findings(issue_page: BulletinPage) -> None:
    issue_page.subject = "s" * 60
    issue_page.editorial = f'<p><a href="https://example.org/{"x" * 200}">here</a></p>'
    assert codes(issue_page) == []


def test_a_picture_without_alternative_text(issue_page: BulletinPage, photograph: SiteImage) -> None:
    photograph.alt_text = " "
    photograph.save()
    (finding,) = found(BulletinPage.objects.get(pk=issue_page.pk))
    assert (finding.level, finding.code, finding.image_id) == (Level.BLOCK, "alt", photograph.pk)


@pytest.mark.parametrize("how", ["unpublish", "delete", "close", "expire"])
def test_a_page_that_readers_cannot_see(issue_page: BulletinPage, example: CaseStudyPage, how: str) -> None:
    if how == "unpublish":
        example.unpublish()
    elif how == "close":
        PageViewRestriction.objects.create(page=example, restriction_type="login")
    elif how == "expire":
        CaseStudyPage.objects.update(expire_at=datetime.datetime(2008, 1, 1, tzinfo=datetime.UTC))
        CaseStudyPage.objects.exclude(pk=example.pk).update(expire_at=None)
    else:
        example.delete()
    (finding,) = found(BulletinPage.objects.get(pk=issue_page.pk))
    assert (finding.level, finding.code) == (Level.BLOCK, "page")
    assert finding.place.words == "item 1 of “Examples”"
    assert finding.place.anchor.startswith("block-")
    assert (finding.page_id is None) is (how == "delete")


def test_news_that_links_to_a_draft(write: Write, example: CaseStudyPage) -> None:
    example.unpublish()
    page = write(sections=[section("News", news("Linked", page=example))])
    (finding,) = found(page)
    assert finding.code == "page"
    assert "The link is left out" in finding.what
    assert [item.title for item in issue_of(page).items()] == ["Linked"]


def test_the_page_of_findings_leads_to_each_place(
    write: Write, admin_client: Client, photograph: SiteImage, example: CaseStudyPage
) -> None:
    photograph.alt_text = ""
    photograph.save()
    page = write(subject="", preheader="", editorial='<p><a href="https://example.org/x">x</a></p>')
    shown = admin_client.get(reverse("bulletin_preflight", args=[page.pk])).content.decode()
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert f'href="{edit}#id_subject"' in shown
    assert f'href="{edit}#id_preheader"' in shown
    assert reverse("wagtailimages:edit", args=[photograph.pk]) in shown
    assert 'href="https://example.org/x"' in shown
    assert "The mail has no subject." in shown


def test_external_links_are_listed_once(issue_page: BulletinPage) -> None:
    addresses = [address for _, _, address in external_links(issue_of(issue_page))]
    assert addresses == ["https://example.org/?a=1&b=2", "https://example.org/funds"]


def test_a_long_word_is_named_with_its_place(issue_page: BulletinPage) -> None:
    word, url = "x" * 160, f"https://example.org/{'y' * 140}"
    issue_page.title = word
    issue_page.source = word
    issue_page.editorial = f"<p>Short.</p><p>A {word} and {word}</p><ul><li>{url}</li></ul>"
    issue_page.sections = [
        section(word, news("Fine", f"<p>{word}</p>")),
        section("Fine", news(word), news("Linked", f'<p><a href="{url}">here</a></p>')),
    ]
    long = [finding for finding in found(issue_page) if finding.code == "long-line"]
    assert [finding.place.words for finding in long] == [
        "the title",
        "the editorial, paragraph 2",
        "the editorial, list 1",
        f"section 1, “{word}”",
        f"item 1 of “{word}”",
        "item 1 of “Fine”",
        "the source",
    ]
    assert all(finding.place.anchor for finding in long if not finding.place.words.startswith(("section", "item")))
    assert "x" * 60 in long[0].what


def test_addresses_that_are_typed_out_are_links_to_check(issue_page: BulletinPage) -> None:
    issue_page.editorial = (
        "<p>See <b>https://example.net/a_(b)</b> (www.example.net/c), and https://example.net/d.</p>"
        '<p><a href="https://example.net/e">https://example.net/e</a> http://[</p>'
        f"<p>Ours: {settings.SITE_URL}/search/</p>"
    )
    issue_page.sections = [section("News", news("At https://example.net/f?g=1&h=2!"))]
    assert [(place.words, words, address) for place, words, address in external_links(issue_of(issue_page))] == [
        ("the editorial", "https://example.net/e", "https://example.net/e"),
        ("the editorial, paragraph 1", "", "https://example.net/a_(b)"),
        ("the editorial, paragraph 1", "", "http://www.example.net/c"),
        ("the editorial, paragraph 1", "", "https://example.net/d"),
        ("item 1 of “News”", "", "https://example.net/f?g=1&h=2"),
    ]


def test_typed_addresses_are_shown_as_such(write: Write, admin_client: Client) -> None:
    page = write(editorial="<p>See https://example.net/a.</p>")
    shown = admin_client.get(reverse("bulletin_preflight", args=[page.pk])).content.decode()
    assert 'href="https://example.net/a"' in shown
    assert "typed out, no link" in shown


@pytest.fixture
def sender(db: None) -> User:
    user = User.objects.create_user("sender@example.org", "correct horse battery")
    user.groups.add(Group.objects.get(name="Bulletin editors"))
    return user


def test_who_may_send(write: Write, sender: User) -> None:
    page = write()
    assert may_be_sent(page) == []
    assert may_be_sent(page, sender) == []
    (reason,) = may_be_sent(page, User.objects.create_user("other@example.org", "correct horse battery"))
    assert "permission" in reason
    moderator = User.objects.create_user("moderator@example.org", "correct horse battery")
    moderator.groups.add(Group.objects.get(name="Moderators"))
    assert may_be_sent(page, moderator) != []


def test_who_may_not_send_is_told_on_the_page_before(write: Write, client: Client) -> None:
    page, said = write(), "You do not have the permission to send e-bulletins."
    moderator = User.objects.create_user("moderator@example.org", "correct horse battery")
    moderator.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(moderator)
    edit, preflight_page = (reverse(name, args=[page.pk]) for name in ("wagtailadmin_pages:edit", "bulletin_preflight"))
    shown = client.get(edit).content.decode()
    assert said in shown
    assert "How sending stands" in shown
    shown = client.get(preflight_page).content.decode()
    assert f"Yes, but not by you. {said}" in shown
    assert "Not yet." not in shown
    moderator.groups.add(Group.objects.get(name="Bulletin editors"))
    for address in (edit, preflight_page):
        assert said not in client.get(address).content.decode()


def test_a_draft_and_changes_that_nobody_approved_are_not_sent(issue_page: BulletinPage, write: Write) -> None:
    page = write()
    page.title = "Changed"
    page.save_revision()
    assert ["changes" in reason for reason in may_be_sent(page)] == [True]
    page.unpublish()
    assert ["not published" in reason for reason in may_be_sent(page)] == [True]


def test_what_preflight_stops_is_not_sent(write: Write) -> None:
    assert may_be_sent(write(subject="", preheader="")) == [
        "The mail has no subject. Write one on the tab “Mail”, for example “Winter 2007: a year of the action plan”."
    ]


def test_what_not_everybody_may_read_is_not_sent(write: Write) -> None:
    page = write()
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert ["public" in reason for reason in may_be_sent(page)] == [True]


def test_the_last_approval_lets_a_bulletin_editor_send(issue_page: BulletinPage, sender: User, admin: User) -> None:
    issue_page.unpublish()
    page = BulletinPage.objects.get(pk=issue_page.pk)
    page.save_revision(user=sender)
    workflow = page.get_workflow()
    assert isinstance(workflow, Workflow)
    state = workflow.start(page, sender)
    assert may_be_sent(page, sender) != []
    state.current_task_state.approve(user=admin)
    assert may_be_sent(BulletinPage.objects.get(pk=page.pk), sender) == []


SENT_AT = datetime.datetime(2007, 12, 20, 9, tzinfo=datetime.UTC)


def test_what_was_sent_stays_as_it_was(write: Write, client: Client, example: CaseStudyPage) -> None:
    page = write()
    before = letter_for(page)
    freeze(page, SENT_AT)
    example.title = "Renamed"
    example.save_revision().publish()
    page = write(title="Changed afterwards")
    assert letter_for(page) == before
    assert freeze(page, SENT_AT + datetime.timedelta(days=1)).sent_at == SENT_AT
    web = client.get(page.url).content.decode()
    assert "Changed afterwards" in web
    assert "Renamed" in web
    assert "Sent to subscribers on" in web
    assert "20 December 2007" in web
    assert may_be_sent(page) == ["It was sent already."]
    mail = page.make_preview_request(preview_mode="mail").content.decode()
    assert "Changed afterwards" not in mail
    assert mail == before.html
    assert page.make_preview_request(preview_mode="text").content.decode() == before.text


def test_previews_are_the_three_renderings(issue_page: BulletinPage) -> None:
    modes = dict(issue_page.preview_modes)
    assert list(modes) == ["", "mail", "text"]
    shown = {mode: issue_page.make_preview_request(preview_mode=mode) for mode in modes}
    assert "masthead-title" in shown[""].content.decode()
    assert shown["mail"].content.decode() == letter_for(issue_page).html
    assert shown["text"]["Content-Type"] == "text/plain; charset=utf-8"
    assert shown["text"].content.decode() == letter_for(issue_page).text
    assert "unsafe-inline" in shown["mail"]["Content-Security-Policy"]
    assert "unsafe-inline" not in shown[""]["Content-Security-Policy"]
