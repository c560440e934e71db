"""The frame of every page, kept as it was printed: it is the same until content changes."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail.models import Page, Site

from caching.version import cached_per_version

register = template.Library()
# What a template may know of whoever asks.
PERSONAL = ("request", "user", "perms", "messages", "csrf_token")


@register.simple_tag(takes_context=True)
def menu(context: dict[str, Any]) -> SafeString:
    """The home page's children that editors put in the menu, and search."""
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request else None
    name = site.pk if site else None
    links = cached_per_version(f"menu of {name}", lambda: _links(site, request))
    here = next((url for _, url in links if request and url == request.path), "")
    return cached_per_version(
        f"menu of {name} at {here}", lambda: render_to_string("components/menu.html", {"links": links, "here": here})
    )


@register.simple_tag(takes_context=True)
def remembered(context: Context, template_name: str) -> SafeString:
    """What a template prints that is the same on every page that has it, kept until content changes. It is printed for
    everybody, so it cannot know who asks."""

    def printed() -> SafeString:
        with context.update(dict.fromkeys(PERSONAL)):
            return get_template(template_name).template.render(context)  # type: ignore[attr-defined]

    return cached_per_version(f"printed {template_name}", printed)


@register.simple_tag
@cache
def address(name: str) -> str:
    """The address of one of our own pages by its name."""
    return reverse(name)


@register.simple_tag
def breadcrumbs(current: str, *pages: Page | None, parents: Sequence[tuple[str, str]] = ()) -> SafeString:
    """The way to this page: home, what is above it (`parents` are address and title of what is no page), and this one."""
    above = [("/", "Home"), *(parents or ()), *((_address(page), page.title) for page in pages if page)]
    links = format_html_join("", '<li><a href="{}">{}</a></li>', above)
    return format_html(
        '<nav class="breadcrumbs" aria-label="Breadcrumb"><ol class="plain-list">{}<li aria-current="page">{}</li></ol></nav>',
        links,
        current,
    )


def _address(page: Page) -> str:
    return cached_per_version(f"address of {page.pk}", lambda: page.url or "")


@register.simple_tag(takes_context=True)
def description(context: dict[str, Any]) -> str:
    """One or two sentences on the page for its head. Asked here, because a template takes long to find what is not there."""
    page, way = context.get("page"), context.get("way")
    asked = (
        *((page, name) for name in ("search_description", "summary", "introduction")),
        (context.get("term"), "scope_note"),
        (way, "introduction"),
        (context.get("site_settings"), "strapline"),
    )
    return next(filter(None, (getattr(thing, name, "") for thing, name in asked)), "")


@register.simple_tag(takes_context=True)
def footer(context: dict[str, Any]) -> SafeString:
    """The foot of every page. Where no database may be asked, as on the page of a failure, there are no settings."""
    names = ("site_title", "site_settings", "footer_links")
    held = {name: context.get(name, "") for name in names}
    if not held["site_settings"]:
        return render_to_string("components/footer.html", held)
    return cached_per_version(
        f"footer of {held['site_settings'].pk}", lambda: render_to_string("components/footer.html", held)
    )


def _links(site: Site | None, request: HttpRequest | None) -> list[tuple[str, str]]:
    """Title and address."""
    pages = Page.objects.child_of(site.root_page).live().public().in_menu() if site else Page.objects.none()
    listed = [(page.title, page.get_url(request) or "") for page in pages]
    return [("Browse", reverse("browse_areas")), *listed, ("Search", reverse("search"))]
