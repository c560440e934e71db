"""The page of one example: what it says, what it says is not reported, and what cannot break it."""

import re

import pytest
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from search.embedded.engine import EmbeddedEngine
from tests.factories import case_study

pytestmark = pytest.mark.django_db


def test_page_shows_what_is_known_and_says_what_is_not(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Homes for teenagers", regions=("east-of-england",), place="Norfolk")
    html = client.get(page.url).content.decode()
    assert 'href="/search/?region=east-of-england"' in html
    assert 'data-evidence-level="0"' in html
    facts = html.split('<dl class="key-facts">')[1].split("</dl>")[0]
    assert re.search(r"Cost</dt>\s*<dd>\s*<span class=\"not-reported\">not reported", facts)
    assert re.search(r"Place</dt>\s*<dd>\s*Norfolk", facts)
