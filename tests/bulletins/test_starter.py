"""The issue that a new site starts with."""

import tomllib

import pytest
from django.test import Client

from bulletins.approval import may_be_sent
from bulletins.issue import issue_of
from bulletins.models import BulletinPage
from bulletins.preflight import preflight
from bulletins.rendering import letter_of
from bulletins.starter import FILE
from cop_site.starter import load_starter
from search.engine import engine


@pytest.mark.django_db
def test_the_winter_issue_is_served_found_and_ready_to_be_sent(client: Client) -> None:
    load_starter()
    page = BulletinPage.objects.get(slug="2007-winter")
    assert client.get("/bulletins/2007-winter/").status_code == 200
    issue = issue_of(page)
    letter = letter_of(issue)
    assert preflight(issue, letter) == []
    assert may_be_sent(page) == []
    page.full_clean()
    titles = [item.title for item in issue.items()]
    for section in tomllib.loads(FILE.read_text())["section"]:
        for row in section.get("item", ()):
            assert row["title"] in titles
    links = [address for _, _, address in issue.links()]
    for slug in ("break", "st-giles-trust-sos", "st-giles-trust-peer-advice", "disc-lancashire"):
        assert any(link.endswith(f"/case-studies/{slug}/") for link in links)
    assert all("://" in link and "example" not in link for link in links)
    assert "Office of the Third Sector" in letter.text
    assert "As at December 2007." in letter.text
    engine().sync()
    found = client.get("/search/?format=json&kind=bulletin&q=baroness+thornton").json()["results"]
    assert [(hit["url"], hit["kind"], hit["date"]) for hit in found] == [
        ("/bulletins/2007-winter/", "bulletin", "2007-12-01")
    ]
    assert "/bulletins/2007-winter/" in client.get("/sitemap.xml").content.decode()
    assert "/bulletins/2007-winter/" in client.get("/feed/").content.decode()
    assert 'href="/bulletins/"' in client.get("/").content.decode()
