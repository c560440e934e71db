"""What an editor's browser sends as a link never breaks the page."""

import json

import pytest
from django.test import Client
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from home.models import ContentPage, HomePage

FEATURES = ["link", "document-link"]


def stored(kind: str, **data: object) -> str:
    """What is kept of one linked word."""
    block = {"key": "a", "text": "word", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "data": {}}
    block["entityRanges"] = [{"key": 0, "offset": 0, "length": 4}]
    entities = {"0": {"type": kind, "mutability": "MUTABLE", "data": data}}
    sent = json.dumps({"entityMap": entities, "blocks": [block]})
    return str(ContentstateConverter(features=FEATURES).to_database_format(sent))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["LINK", "DOCUMENT"])
@pytest.mark.parametrize("number", ["abc", "9" * 26, 2**63, -1, "1 or 1", "\u0661", {"a": 1}, True])
def test_what_is_no_number_of_a_page_is_a_broken_link(
    home: HomePage, client: Client, admin_client: Client, kind: str, number: object
) -> None:
    page = ContentPage(title="Linked", slug="linked", body=stored(kind, id=number))
    home.add_child(instance=page)
    shown = client.get("/linked/")
    assert shown.status_code == 200
    assert "<a>word</a>" in shown.content.decode()
    assert admin_client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200


@pytest.mark.django_db
def test_numbers_and_addresses_are_kept(home: HomePage) -> None:
    assert f'<a linktype="page" id="{home.pk}">' in stored("LINK", id=home.pk)
    assert f'<a linktype="page" id="{home.pk}">' in stored("LINK", id=str(home.pk))
    assert '<a href="https://example.org/">' in stored("LINK", url="https://example.org/")
    assert "javascript" not in stored("LINK", url="javascript:alert(1)")
    assert 'linktype="document"' in stored("DOCUMENT", id=5)
