"""One issue, three renderings: the same items in the same order with the same links."""

import re
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bulletins.campaign import marked
from bulletins.issue import Issue, issue_of
from bulletins.models import BulletinIndexPage, BulletinPage
from bulletins.rendering import BROWSER, PREFERENCES, UNSUBSCRIBE, Links, letter_for, letter_of, message, plain_text
from bulletins.rich_text import WIDTH, as_html, as_text, heading, paragraphs, prose, wrapped
from casestudies.models import CaseStudyPage
from tests.bulletins.conftest import news, section
from tests.factories import bulletin

OURS = {BROWSER, PREFERENCES, UNSUBSCRIBE, "http://127.0.0.1:8000/", f"{settings.SITE_URL}/"}
LINKS = Links("http://site.example/b/?a=1&b=2", "http://site.example/p/", "http://site.example/u/")


class Reader(HTMLParser):
    """The links and headings of a document, in order, and its pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self._heading: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "img":
            self.pictures.append(found)
        if tag in ("h1", "h2", "h3"):
            self._heading = []

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "h3") and self._heading is not None:
            self.headings.append(" ".join("".join(self._heading).split()))
            self._heading = None


def main_of(html: str) -> str:
    """The issue itself, without the rest of the web page and its list of contents."""
    article = html[html.index("<h1") : html.index('<footer class="colophon">')]
    return re.sub(r"<nav.*?</nav>", "", article, flags=re.DOTALL)


def from_text(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.fullmatch(r"(https?|mailto):\S+", line)]


def headings_of(issue: Issue) -> list[str]:
    return [" ".join(words.split()) for _, _, words in issue.levels()]


def test_the_three_say_the_same(issue_page: BulletinPage, client: Client) -> None:
    issue = issue_of(issue_page)
    wanted = [address for _, _, address in issue.links()]
    assert len(wanted) == 6
    web = Reader(main_of(client.get(issue_page.url).content.decode()))
    mail = Reader(letter_for(issue_page).html)
    text = plain_text(issue)
    absolute = [settings.SITE_URL + link if link.startswith("/") else link for link in web.links]
    assert absolute == wanted
    assert [link for link in mail.links if link not in OURS] == [marked(link, issue.page_id) for link in wanted]
    assert [link for link in from_text(text) if link not in OURS] == wanted
    assert web.headings == mail.headings == headings_of(issue)
    underlined = re.findall(r"^(.+)\n[=\-.]+$", text, re.MULTILINE)
    assert [words.removeprefix("Case study: ") for words in underlined] == headings_of(issue)


def test_a_picked_page_is_shown_as_it_is_now(issue_page: BulletinPage, example: CaseStudyPage) -> None:
    example.title = "Renamed"
    example.save_revision().publish()
    first, second, *_ = issue_of(BulletinPage.objects.get()).items()
    assert (first.title, first.kind) == ("Renamed", "Case study")
    assert first.picture is not None
    assert first.picture.address.startswith(f"{settings.SITE_URL}/media/")
    assert first.picture.alt == "A green field & a gate"
    assert as_text(first.text) == "What it is & for whom."
    assert (second.title, as_text(second.text), second.picture) == ("Own words", "One.\n\nTwo.", None)


def test_pages_that_readers_cannot_see_are_in_none(issue_page: BulletinPage, example: CaseStudyPage) -> None:
    example.unpublish()
    issue = issue_of(BulletinPage.objects.get())
    assert [item.title for item in issue.items()] == ["Own words", "Funds", "No link"]
    assert [(broken.name, broken.left_out) for broken in issue.broken] == [("An example", True)]
    assert "An example" not in letter_of(issue).html + letter_of(issue).text


def test_a_deleted_page_is_left_out(issue_page: BulletinPage, example: CaseStudyPage) -> None:
    example.delete()
    (broken,) = issue_of(BulletinPage.objects.get()).broken
    assert (broken.page_id, broken.left_out) == (None, True)


def test_the_mail_is_one_that_mail_programs_show(issue_page: BulletinPage) -> None:
    html = letter_for(issue_page).html
    assert len(html) < 100_000
    lowered = html.lower()
    for never in ("<svg", "<script", "<form", "<link", "<iframe", "utm_", "javascript:"):
        assert never not in lowered
    for picture in Reader(html).pictures:
        assert str(picture["src"]).startswith(settings.SITE_URL)
        assert picture["alt"] is not None
        assert str(picture["width"]).isdigit()
        assert str(picture["height"]).isdigit()
    assert html.count("<!--[if mso]>") == 3
    assert 'role="presentation"' in html
    kept = html[html.index("<style") : html.index("</style>")]
    dark = kept[kept.index("prefers-color-scheme: dark") :]
    rules = re.findall(r"[a-z-]+: ?#[0-9a-f]{6}[^;}]*", dark)
    assert rules
    assert all("!important" in rule for rule in rules)
    # What is not in an @media rule stands in the elements themselves.
    assert re.search(r'<h1 style="[^"]*font-size: ?34px', html)


def test_the_preheader_is_hidden_and_first(issue_page: BulletinPage) -> None:
    html = letter_for(issue_page).html
    body = html[html.index("<body") :]
    assert re.match(r'<body[^>]*>\s*<div class="preheader" style="[^"]*display: ?none[^"]*">In short\.', body)


def parsed(issue_page: BulletinPage, links: Links = LINKS, **values: Any) -> Any:
    mail = message(letter_for(issue_page), "reader@example.org", links, **values)
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def test_the_message(issue_page: BulletinPage) -> None:
    mail = parsed(issue_page)
    assert mail["To"] == "reader@example.org"
    assert mail["Subject"] == "A year of the action plan: what is new"
    assert mail["List-Unsubscribe"] == "<http://site.example/u/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "Common Practice <bulletin.testserver>"
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", mail["Message-ID"])
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "link.invalid" not in text + html
    assert "http://site.example/b/?a=1&b=2" in text
    assert "http://site.example/b/?a=1&b=2" in Reader(html).links
    for address in (LINKS.preferences, LINKS.unsubscribe):
        assert address in text.splitlines()
        assert address in Reader(html).links


def test_the_message_has_the_number_and_the_address_that_the_sender_gives(issue_page: BulletinPage) -> None:
    links = Links("http://b/", "http://p/", "http://u/", one_click="http://one/")
    mail = parsed(issue_page, links, message_id="<delivery-7@site.example>")
    assert (mail["Message-ID"], mail["List-Unsubscribe"]) == ("<delivery-7@site.example>", "<http://one/>")


def test_a_subject_of_two_lines_stays_one_header(archive: BulletinIndexPage) -> None:
    page = bulletin(archive, "T", subject="One\r\nBcc: everybody@example.org")
    mail = parsed(page)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "One Bcc: everybody@example.org"


NASTY = '</a><script>alert(1)</script>\0\ud800 "quoted" & <b>' + "x" * 300


def test_nasty_words_stay_words(archive: BulletinIndexPage, client: Client) -> None:
    # What no form lets through, PostgreSQL does not keep.
    storable = NASTY.replace("\ud800", "").replace("\0", "")
    title = storable[:190]
    page = bulletin(
        archive,
        title,
        subject=title,
        preheader=title,
        editorial=f"<p>{title}</p>",
        sections=[section(title[:100], news(title, f"<p>{storable}</p>", "https://e.example/?q=%00"))],
    )
    web = client.get(page.url).content.decode()
    letter = letter_for(page)
    for html in (web, letter.html):
        assert "<script>alert" not in html
        assert "\0" not in html
    assert "\0" not in letter.text


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example/", "#top", "", "http://[", " java\nscript:x"],
)
def test_addresses_that_lead_nowhere_are_no_links(address: str) -> None:
    assert as_html(prose(f'<p>See <a href="{address}">there</a>.</p>')) == "<p>See there.</p>"


def test_prose_has_what_the_editor_offers() -> None:
    html = "<h2>Head</h2><p>A <b>bold <i>both</i></b><br/>line&amp;</p><ul><li>One</li><li>Two</li></ul><ol><li>First</li></ol>"
    assert as_html(prose(html)) == (
        "<h2>Head</h2>\n<p>A <strong>bold </strong><strong><em>both </em></strong>line&amp;</p>\n"
        "<ul><li>One</li><li>Two</li></ul>\n<ol><li>First</li></ol>"
    )
    assert as_text(prose(html)) == "Head\n----\n\nA bold both line&\n\n- One\n- Two\n\n1. First"


def test_several_links_of_a_paragraph_are_named() -> None:
    text = as_text(prose('<p><a href="http://a.example/">One</a> or <a href="http://b.example/">two</a>.</p>'))
    assert text == "One or two.\nOne:\nhttp://a.example/\ntwo:\nhttp://b.example/"


@given(st.text())
def test_wrapped_text_keeps_its_words_and_its_width(text: str) -> None:
    lines = wrapped(text).splitlines()
    assert " ".join(wrapped(text).split()) == " ".join(text.split())
    assert all(len(line) <= WIDTH or not re.search(r"\s", line) for line in lines)


@given(st.text(min_size=1), st.sampled_from([1, 2, 3]))
def test_a_heading_is_underlined(text: str, level: int) -> None:
    words = " ".join(text.split())
    if words:
        *_, under = heading(words, level).split("\n")
        assert set(under) == {"=-."[level - 1]}
        assert len(under) <= WIDTH


@given(st.text())
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_markup_makes_prose(markup: str) -> None:
    text = prose(markup)
    html = as_html(text)
    as_text(text).encode()
    assert re.sub(r"</?(p|h2|h3|ul|ol|li|strong|em|a)( href=\"[^\"<>]*\")?>", "", html).count("<") == 0
    as_html(paragraphs(markup)).encode()
