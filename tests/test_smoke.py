"""Every page of a new site answers, for readers and in the admin: the walk that each database is taken on."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]
READERS = (
    "/search/?q=charity&area=respite&sort=newest",
    "/search/?q=%22young+people%22&format=json",
    "/search/?format=csv",
    "/search/?format=atom",
    "/search/suggest?q=comm",
    "/regions/",
    "/feed/",
    "/robots.txt",
    "/healthz",
)


def test_every_page_of_a_new_site_answers(starter: None, client: Client) -> None:
    urls = re.findall(r"<loc>http://testserver(.*?)</loc>", client.get("/sitemap.xml").content.decode())
    assert len(urls) > 30
    answers = {url: client.get(url) for url in (*urls, *READERS)}
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 200} == {}
    found = answers["/search/?q=%22young+people%22&format=json"].json()
    assert found["total"] == len(found["results"]) > 0


def without_arguments(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """The paths below the admin that take no arguments."""
    for pattern in patterns:
        path = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            yield from without_arguments(pattern.url_patterns, path)
        elif not re.search(r"[<(\\]", path):
            yield f"/{path}"


def test_every_page_of_the_admin_answers(starter: None, admin_client: Client) -> None:
    everywhere = set(without_arguments(get_resolver().url_patterns))
    # One ends the session, the other is there to fail.
    paths = sorted(path for path in everywhere - {"/admin/logout/", "/admin/failwhale/"} if path.startswith("/admin/"))
    assert {"/admin/", "/admin/images/", "/admin/reports/bulletins/", "/admin/readers/"} <= set(paths)
    of_each_type = {page.content_type_id: page for page in Page.objects.filter(depth__gt=1)}
    paths += [reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in of_each_type.values()]
    answers = {path: admin_client.get(path).status_code for path in paths}
    # What only takes a form, or the number of something, says so.
    assert {path: status for path, status in answers.items() if status not in (200, 302, 400, 404, 405)} == {}
    assert sum(status == 200 for status in answers.values()) > len(paths) / 2
