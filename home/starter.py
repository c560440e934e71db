import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from wagtail.models import Page, Site

from core.models import FooterLink, SiteSettings
from home.glossary import GlossaryPage
from home.models import ContentPage, HomePage

FILE = Path(__file__).with_name("starter.toml")


def load() -> HomePage:
    """The home page, in place of Wagtail's welcome page, and the site that it is the root of."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    root = Page.get_first_root_node()
    for welcome in root.get_children().filter(slug="home").exclude(content_type__app_label="home"):
        welcome.delete()
    root.refresh_from_db()
    home = HomePage(title=settings.WAGTAIL_SITE_NAME, slug="home", live=False, **data["home"])
    root.add_child(instance=home)
    home.save_revision().publish()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name=home.title)
    return home


def load_pages(home: Page) -> None:
    """The plain pages, and the settings whose footer links to them. After the subjects' own pages: the menu's order."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    site_settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    glossary = GlossaryPage(**data["glossary"], search_description=data["glossary"]["introduction"], live=False)
    _publish(home, glossary)
    for page in [glossary, *(_page(home, row) for row in data["page"])]:
        site_settings.links.add(FooterLink(page=page))
    site_settings.save()


def _page(home: Page, row: dict[str, Any]) -> ContentPage:
    page = ContentPage(
        title=row["title"],
        slug=row["slug"],
        introduction=row["introduction"],
        search_description=row["introduction"],
        body=row["body"].strip(),
        revised=row.get("revised"),
        show_in_menus=row.get("menu", False),
        live=False,
    )
    _publish(home, page)
    return page


def _publish(home: Page, page: Page) -> None:
    home.add_child(instance=page)
    page.save_revision().publish()
