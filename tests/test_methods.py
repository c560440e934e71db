"""OPTIONS says what a URL takes; HEAD is GET without the body."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client, RequestFactory

from casestudies.models import CaseStudyPage
from cop_site import wsgi
from core.models import SiteDocument
from search.embedded.engine import EmbeddedEngine

pytestmark = pytest.mark.django_db
READ = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def urls(example_page: CaseStudyPage, index: EmbeddedEngine, tmp_path: Path, settings: LazySettings) -> list[str]:
    settings.MEDIA_ROOT = tmp_path
    kept = SiteDocument.objects.create(title="A", file=ContentFile(b"text", "kept.txt"))
    pages = ["/", "/case-studies/", example_page.url, "/search/?q=care", "/search/?format=csv", "/search/suggest?q=a"]
    return [*pages, "/feed/", "/healthz", "/robots.txt", "/sitemap.xml", "/themes/", kept.url]


def test_options_says_what_a_url_takes(urls: list[str], client: Client) -> None:
    for url in urls:
        response = client.options(url)
        allowed = set(response["Allow"].split(", "))
        assert (response.status_code, allowed) == (200, READ), url
        assert response.getvalue() == b""
    assert {client.put(url).status_code for url in urls[:-1]} == {405}
    assert set(client.options("/bulletins/subscribe/")["Allow"].split(", ")) == READ | {"POST"}
    assert client.options("/nowhere/").status_code == 404


def test_head_has_no_body_of_which_the_server_would_warn(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = HttpResponse("text")
    monkeypatch.setattr(wsgi, "_django", lambda environ, start_response: answer)
    assert list(wsgi.application(rf.get("/").environ, lambda *told: None)) == [b"text"]
    assert not answer.closed
    assert list(wsgi.application(rf.head("/").environ, lambda *told: None)) == []
    assert answer.closed
