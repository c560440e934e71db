"""The URL of the glossary, for pages of every kind; the page itself belongs to home/."""

from wagtail.models import Page

from caching.version import cached_per_version


def glossary_url() -> str:
    """Empty where there is no glossary that everybody may read."""
    return cached_per_version("glossary url", _url)


def _url() -> str:
    pages = Page.objects.live().public()
    page = pages.filter(content_type__app_label="home", content_type__model="glossarypage").first()
    return (page.get_url() or "") if page else ""
