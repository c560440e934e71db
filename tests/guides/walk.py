"""Makes a guide on a prepared site and says where it is found. Run by tests/test_findable.py with tests.guides.settings."""

import datetime
import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bulletins.models import BulletinPage  # noqa: E402
from bulletins.suggesting import suggestion  # noqa: E402
from home.models import HomePage  # noqa: E402
from search.engine import engine  # noqa: E402
from taxonomy.models import Facet, Term  # noqa: E402
from tests.guides.models import GuideIndexPage, GuidePage  # noqa: E402

call_command("migrate", verbosity=0)
home = HomePage.objects.get()
listing = home.add_child(instance=GuideIndexPage(title="Guides", slug="guides"))
guide = GuidePage(title="Zebra crossings", slug="zebras", summary="How to cross.", body="<p>Look both ways.</p>")
guide.as_at, guide.source = datetime.date(2007, 12, 1), "A handbook"
guide.review_date = datetime.date(2008, 12, 1)
guide.areas = [Term.objects.get(facet=Facet.AREA, slug="respite")]
listing.add_child(instance=guide)
guide.save_revision().publish()
engine().sync()

client, editor = Client(), Client()
editor.force_login(get_user_model().objects.create_superuser("editor@example.org"))


def text(url: str, client: Client = client) -> str:
    return client.get(url, HTTP_HOST="127.0.0.1").content.decode()


issue = BulletinPage.objects.get()
issue.first_published_at = None
found = json.loads(text("/search/?q=zebra&format=json"))
detail = text("/guides/zebras/")
term = text("/service-areas/respite/")
json.dump(
    {
        "search": [(hit["title"], hit["kind"], hit["summary"], hit["facets"]["area"]) for hit in found["results"]],
        "label": [value["label"] for value in found["facets"]["kind"] if value["count"]],
        "filtered": json.loads(text("/search/?kind=guide&format=json"))["total"],
        "listing": "Zebra crossings" in text("/guides/") and "Search the guides" in text("/guides/"),
        "term page": ">Guides" in term and "Zebra crossings" in term,
        "sitemap": "/guides/zebras/" in text("/sitemap.xml"),
        "feed": "Zebra crossings" in text("/feed/"),
        "content list": "Zebra crossings" in text(reverse("content:index"), editor),
        "reviews": "Zebra crossings" in text(reverse("reviews_report"), editor),
        "suggested": "Zebra crossings" in str(suggestion(issue).groups),
        "detail": [
            part
            for part in ("Look both ways.", "How to cross.", "December 2007", "A handbook", "/service-areas/respite/")
            if part not in detail
        ],
        "json-ld": '"@type": "Article"' in detail,
        "cite": "@misc{zebras-2007" in detail,
        "useful": f"/useful/{guide.pk}/" in detail,
    },
    sys.stdout,
)
