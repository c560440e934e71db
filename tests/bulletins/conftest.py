"""An issue with something of everything in it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.images import ImageFile
from PIL import Image

from bulletins.models import BulletinIndexPage, BulletinPage
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from core.models import SiteImage
from home.models import HomePage
from tests.factories import bulletin, bulletin_index, case_study


@pytest.fixture
def archive(home: HomePage) -> BulletinIndexPage:
    return bulletin_index(home)


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def photograph(media: None) -> SiteImage:
    return image("A field")


def image(title: str, alt_text: str = "A green field & a gate") -> SiteImage:
    file = io.BytesIO()
    Image.new("RGB", (1600, 900), "#0b5a4a").save(file, "PNG")
    return SiteImage.objects.create(title=title, alt_text=alt_text, file=ImageFile(file, name="field.png"))


@pytest.fixture
def example(listing: CaseStudyIndexPage, photograph: SiteImage) -> CaseStudyPage:
    return case_study(listing, "An example", slug="example", summary="What it is & for whom.", picture=photograph)


def picked(page: Any, title: str = "", summary: str = "") -> tuple[str, dict[str, Any]]:
    return "page", {"page": page, "title": title, "summary": summary}


def news(
    title: str, text: str = "<p>What happened.</p>", link: str = "", page: Any = None
) -> tuple[str, dict[str, Any]]:
    return "news", {"title": title, "text": text, "link": link, "link_page": page}


def section(heading: str, *items: Any) -> tuple[str, dict[str, Any]]:
    return "section", {"heading": heading, "items": list(items)}


@pytest.fixture
def issue_page(archive: BulletinIndexPage, example: CaseStudyPage) -> BulletinPage:
    """Published; with two sections, a picked page with its picture, another in own words, and news."""
    plain = case_study(example.get_parent(), "Without a picture", slug="plain")
    return bulletin(
        archive,
        "A year of the action plan",
        issue_number=4,
        editorial=f'<p>Read <a linktype="page" id="{plain.pk}">this <b>one</b></a> and '
        '<a href="https://example.org/?a=1&amp;b=2">that</a>.</p><h2>Why</h2><ul><li>First</li><li><i>Second</i></li></ul>',
        sections=[
            section("Examples", picked(example), picked(plain, "Own words", "One.\n\nTwo.")),
            section(
                "News",
                news("Funds", link="https://example.org/funds"),
                news("No link", '<p>See <a href="/search/">search</a>.</p><ol><li>One</li><li>Two</li></ol>'),
            ),
        ],
        source="A report, 2007",
    )


@pytest.fixture
def write(issue_page: BulletinPage) -> Callable[..., BulletinPage]:
    """Gives the issue other values and publishes it."""

    def written(**values: Any) -> BulletinPage:
        for name, value in values.items():
            setattr(issue_page, name, value)
        issue_page.save_revision().publish()
        return BulletinPage.objects.get(pk=issue_page.pk)

    return written
