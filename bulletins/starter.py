import tomllib
from pathlib import Path
from typing import Any

from wagtail.models import Page

from bulletins.models import BulletinIndexPage, BulletinPage

FILE = Path(__file__).with_name("starter.toml")
# Key of the data file -> the slug of the list that these pages stand in.
PICKED = {"case_studies": "case-studies", "practice_notes": "practice"}


def load(home: Page) -> None:
    """The archive and the issue of the data file, published, with those of its pages that are there."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    archive = BulletinIndexPage(slug="bulletins", show_in_menus=True, live=False, **data["archive"])
    home.add_child(instance=archive)
    archive.save_revision().publish()
    issue = BulletinPage(live=False, **data["issue"])
    issue.sections = [
        ("section", {"heading": row["heading"], "items": items})
        for row in data["section"]
        if (items := [*_news(row), *_pages(home, row)])
    ]
    archive.add_child(instance=issue)
    issue.save_revision().publish()


def _news(section: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    rows = section.get("item", ())
    return [("news", {"title": row["title"], "text": row["text"], "link": "", "link_page": None}) for row in rows]


def _pages(home: Page, section: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for key, parent in PICKED.items():
        slugs = section.get(key, ())
        below = Page.objects.live().descendant_of(home).filter(url_path__startswith=f"{home.url_path}{parent}/")
        pages = {page.slug: page for page in below.filter(slug__in=slugs)}
        found += [("page", {"page": pages[slug], "title": "", "summary": ""}) for slug in slugs if slug in pages]
    return found
