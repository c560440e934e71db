from typing import Any

from django import template
from django.http import HttpRequest
from wagtail.models import Page, Site

from caching.version import remember

register = template.Library()


@register.inclusion_tag("components/menu.html", takes_context=True)
def menu(context: dict[str, Any]) -> dict[str, Any]:
    """The home page's children that editors put in the menu, and search."""
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    pages = remember(f"menu of {site.pk}", lambda: _pages(site, request)) if site else []
    return {"pages": pages, "path": request.path if request else ""}


def _pages(site: Site, request: HttpRequest | None) -> list[dict[str, str]]:
    children = Page.objects.child_of(site.root_page).live().public().in_menu()
    return [{"title": page.title, "url": page.get_url(request) or ""} for page in children]
