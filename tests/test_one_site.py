"""One site, in English, that has its name, publisher and licence from one place."""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Site

from bulletins.readers.consent import words
from caching.site_name import site_name
from casestudies.models import CaseStudyIndexPage
from cop_site.checks import ONE_SITE, WHY_ENGLISH, WHY_ONE_SITE
from cop_site.management.commands import prepare
from core.citing import citation
from core.models import Licence, SiteSettings
from editorial.reminders import remind
from home.models import HomePage
from mail.headers import sender
from search.embedded.engine import EmbeddedEngine
from tests.apps import our_apps
from tests.factories import case_study
from tests.served import ROOT

pytestmark = pytest.mark.django_db


def problems(*databases: str) -> list[str]:
    return [str(one.id) for one in run_checks(tags=[ONE_SITE], databases=list(databases) or None)]


def second_site() -> Site:
    return Site.objects.create(hostname="other.example", root_page=Site.objects.get().root_page)


# One site, one language


def test_the_site_as_it_is_passes(home: HomePage) -> None:
    assert problems("default") == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("WAGTAIL_I18N_ENABLED", True, "cop_site.E001"),
        ("LANGUAGES", [("en-gb", "English"), ("cy", "Welsh")], "cop_site.E002"),
        ("WAGTAIL_CONTENT_LANGUAGES", [("en-gb", "English"), ("cy", "Welsh")], "cop_site.E002"),
        ("LANGUAGES", [], "cop_site.E002"),
    ],
)
def test_a_second_language_in_the_settings_is_refused_without_asking_the_database(
    name: str, value: object, code: str, settings: LazySettings
) -> None:
    setattr(settings, name, value)
    with connection.execute_wrapper(_away):
        (found,) = run_checks(tags=[ONE_SITE])
    assert (found.id, found.msg) == (code, WHY_ENGLISH)
    assert name in str(found.hint)


def test_another_language_than_english_is_refused(settings: LazySettings) -> None:
    settings.LANGUAGE_CODE = "cy"
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("cy", "Welsh")]
    assert problems() == ["cop_site.E002", "cop_site.E002"]


def test_a_second_site_or_language_in_the_database_is_refused_where_the_database_is_checked(home: HomePage) -> None:
    second_site()
    Locale.objects.create(language_code="cy")
    assert problems() == []
    site, language = run_checks(tags=[ONE_SITE], databases=["default"])
    assert (site.id, site.msg, language.id, language.msg) == (
        "cop_site.E003",
        WHY_ONE_SITE,
        "cop_site.E004",
        WHY_ENGLISH,
    )
    assert "other.example:80" in str(site.hint)
    assert "cy" in str(language.hint)


def _away(*words: Any) -> None:
    raise OperationalError("away")


def test_a_database_that_is_away_does_not_break_the_check(home: HomePage) -> None:
    second_site()
    with connection.execute_wrapper(_away):
        assert problems("default") == []


def test_prepare_refuses_a_second_site(home: HomePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "is_current", lambda: True)
    second_site()
    with pytest.raises(CommandError, match="This is one site"):
        call_command("prepare")


def test_the_admin_refuses_a_second_site_with_a_reason(home: HomePage, admin_client: Client) -> None:
    form = {"hostname": "other.example", "port": "80", "site_name": "Other", "root_page": str(home.pk)}
    refused = admin_client.post(reverse("wagtailsites:add"), form)
    assert refused.status_code == 200
    assert "This is one site" in refused.content.decode()
    assert Site.objects.count() == 1


def test_the_form_of_the_site_leaves_what_is_set_elsewhere(home: HomePage, admin_client: Client) -> None:
    site = Site.objects.get()
    form = {"hostname": "other.example", "port": "81", "site_name": "Other", "root_page": str(home.pk)}
    assert admin_client.post(reverse("wagtailsites:edit", args=[site.pk]), form).status_code == 302
    site.refresh_from_db()
    assert (site.hostname, site.port, site.site_name, site.is_default_site) == ("testserver", 80, "", True)


def test_where_there_is_no_site_the_form_makes_the_one(home: HomePage, admin_client: Client) -> None:
    Site.objects.all().delete()
    assert admin_client.post(reverse("wagtailsites:add"), {"root_page": str(home.pk)}).status_code == 302
    site = Site.objects.get()
    assert (site.hostname, site.port, site.is_default_site) == ("testserver", 80, True)


# What names the site


def named(**values: str) -> SiteSettings:
    found = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    return found


@pytest.fixture
def renamed(home: HomePage) -> SiteSettings:
    home.title = "Front page"
    home.save()
    return named(name="Better Buying", organisation="A network", licence=Licence.CC_BY)


def test_feeds_mails_and_citations_have_the_name_that_was_given(
    renamed: SiteSettings, listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client
) -> None:
    page = case_study(listing, "Named")
    answers = [client.get(path).content.decode() for path in ("/", "/feed/", "/search/opensearch.xml", page.url)]
    answers += [citation(page, "https://example.org/"), words(), sender(site_name())]
    for text in answers:
        assert "Better Buying" in text
        assert "Common Practice" not in text


def test_the_publisher_is_who_runs_the_site_or_else_the_site(
    renamed: SiteSettings, listing: CaseStudyIndexPage, client: Client
) -> None:
    page = case_study(listing, "Published")
    assert data_of(client, page.url)["publisher"]["name"] == "A network"
    named(organisation="")
    assert data_of(client, page.url)["publisher"]["name"] == "Better Buying"


def data_of(client: Client, url: str) -> dict[str, Any]:
    found = re.search(r'ld\+json">(.*?)</script>', client.get(url).content.decode())
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_a_page_without_a_licence_has_the_site_s(
    renamed: SiteSettings, listing: CaseStudyIndexPage, client: Client
) -> None:
    plain, own = case_study(listing, "Plain"), case_study(listing, "Own", licence=Licence.OGL)
    assert data_of(client, plain.url)["license"] == Licence.CC_BY.url
    assert data_of(client, own.url)["license"] == Licence.OGL.url
    assert Licence.CC_BY.label in client.get("/").content.decode().split("<footer")[1]
    named(licence="")
    assert "license" not in data_of(client, plain.url)
    assert Licence.CC_BY.label not in client.get("/").content.decode().split("<footer")[1]


def test_settings_that_nobody_saved_do_not_rename_a_site(home: HomePage, client: Client) -> None:
    Site.objects.update(site_name="Better Buying")
    assert "Better Buying" in client.get("/").content.decode().split("<footer")[1]
    assert SiteSettings.for_site(Site.objects.get()).name == "Better Buying"
    assert site_name() == "Better Buying"


@pytest.mark.parametrize("path", ["/search/?format=atom", "/search/opensearch.xml", "/"])
def test_a_character_that_no_feed_can_hold_breaks_none(
    index: EmbeddedEngine, home: HomePage, client: Client, path: str
) -> None:
    Site.objects.update(site_name="Better \x07\n Buying \ufffe")
    assert site_name() == "Better Buying"
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("given", "name", "header"),
    [
        ("", "Better Buying", "Better Buying <noreply@testserver>"),
        ("", 'Care, "and" more', '"Care, \\"and\\" more" <noreply@testserver>'),
        ("", "Zoë’s site", "Zoë’s site <noreply@testserver>"),
        ("Desk <desk@example.org>", "Better Buying", "Desk <desk@example.org>"),
    ],
)
def test_mails_come_from_the_site_s_name_unless_the_operator_gave_another(
    given: str, name: str, header: str, settings: LazySettings
) -> None:
    settings.FROM_EMAIL = given
    message = EmailMessage("Subject", "Text", sender(name), ["reader@example.org"]).message()
    assert message_from_bytes(message.as_bytes(), policy=policy.default)["From"] == header


def test_a_reminder_comes_from_the_site(
    renamed: SiteSettings, listing: CaseStudyIndexPage, admin: Any, mailoutbox: list[EmailMessage]
) -> None:
    case_study(listing, "Due", review_date="2020-01-01", review_owner=admin)
    assert remind() == 1
    assert mailoutbox[0].from_email == "Better Buying <noreply@testserver>"


def test_the_name_stands_in_the_settings_only() -> None:
    """Elsewhere it would stay when a site is renamed."""
    kinds = (".py", ".html", ".txt", ".toml", ".xml", ".js", ".css")
    files = [path for app in (*our_apps(), "templates", "static") for path in Path(ROOT / app).rglob("*")]
    having = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in kinds and "migrations" not in path.parts and "Common Practice" in path.read_text("utf-8")
    ]
    assert having == ["cop_site/settings.py"]
