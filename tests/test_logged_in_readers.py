"""Readers who are logged in: a page costs them what it costs anybody, and nothing of one person reaches another."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth import middleware
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import RequestContext, Template, context_processors
from django.test import Client, RequestFactory
from wagtail.models import Page, PageViewRestriction

from caching import version
from caching.version import begin_request, cached_per_version, end_request, is_remembering
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from core.models import SiteSettings
from core.templatetags import navigation
from home.models import ContentPage
from search.engine import engine
from tests.factories import bulletin_index, case_study, practice_index
from tests.test_roles import person

# Forms carry the time at which they were made.
pytestmark = pytest.mark.time_machine("2027-07-01T12:00Z", tick=False)
PATHS = (
    *("/", "/case-studies/", "/case-studies/first/", "/practice/", "/bulletins/", "/rules/", "/service-areas/"),
    *(
        "/service-areas/advice/",
        "/search/?q=title",
        "/search/?q=title&format=json",
        "/feed/",
        "/robots.txt",
        "/nowhere/",
    ),
)


@pytest.fixture
def study(committed: None, listing: CaseStudyIndexPage) -> CaseStudyPage:
    found = case_study(listing, "First title", slug="first", contact_email="contact@provider.example")
    home = listing.get_parent()
    practice_index(home)
    bulletin_index(home)
    home.add_child(instance=ContentPage(title="Rules", slug="rules", body="<p>One</p>", show_in_menus=True))
    SiteSettings.for_site(found.get_site())  # else the first reader makes them, and what was remembered is gone
    engine().rebuild()
    return found


def client_of(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


class Noted(LocMemCache):
    """The page cache, with all that is ever put into it."""

    stored: list[Any] = []

    def set(self, key: str, value: Any, *args: Any, **options: Any) -> None:
        self.stored.append(value)
        super().set(key, value, *args, **options)


@pytest.fixture
def stored(settings: LazySettings) -> list[Any]:
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": f"{__name__}.Noted", "LOCATION": "noted"}}
    caches["pages"].clear()
    Noted.stored.clear()
    return Noted.stored


def test_their_answers_are_private_and_never_stored(study: CaseStudyPage, stored: list[Any]) -> None:
    ada = client_of(person("Editors"))
    signed = {"Authorization": "Bearer a-token-of-somebody"}
    for path in PATHS:
        for response in (ada.get(path), ada.head(path), ada.post(path), Client().get(path, headers=signed)):
            control = response["Cache-Control"]
            assert "private" in control, path
            assert "public" not in control, path
            assert not response.has_header("ETag"), path
    assert stored == []
    assert "public" in Client().get("/")["Cache-Control"]
    assert len(stored) == 1


def test_what_says_more_of_itself_keeps_it(study: CaseStudyPage) -> None:
    ada = client_of(person("Editors"))
    assert ada.get("/search/suggest?q=fir")["Cache-Control"] == "private, max-age=60"
    assert "no-store" in ada.get("/case-studies/first/ask/")["Cache-Control"]
    assert "no-store" in ada.get("/admin/")["Cache-Control"]
    assert ada.get("/case-studies/")["Cache-Control"] == "private, no-cache"


def test_an_edit_is_seen_by_them_at_once(study: CaseStudyPage) -> None:
    ada = client_of(person("Editors"))
    for title in ("First title", "Second title", "Third title"):
        study.title = title
        study.save_revision().publish()
        for path in ("/", study.url, "/case-studies/", "/search/?area=advice", "/feed/"):
            assert title in ada.get(path).content.decode(), path


def test_everybody_reads_the_same_pages_whoever_came_first(
    study: CaseStudyPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in them belongs to a person yet; what one of them left in the process's memory is what another gets."""
    clients = [client_of(person("Editors")), client_of(person(mail="reader@example.com")), Client()]
    for path in PATHS:
        answers = []
        for first in clients:
            monkeypatch.setattr(version, "_held", (None, {}))
            caches["pages"].clear()
            first.get(path)
            answers += [client.get(path).content for client in clients]
        if "json" not in path:  # which says how long it took
            assert len(set(answers)) == 1, path
        assert not any(b"@example.com" in answer for answer in answers), path


def strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks cannot be asked while something is made that is remembered, wherever that is."""
    making: list[str] = []

    def strict(name: str, make: Callable[[], Any]) -> Any:
        def made() -> Any:
            making.append(name)
            try:
                return make()
            finally:
                making.pop()

        return cached_per_version(name, made)

    for module in list(sys.modules.values()):
        if getattr(module, "cached_per_version", None) is cached_per_version and module.__name__ != __name__:
            monkeypatch.setattr(module, "cached_per_version", strict)

    def watched(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **options: Any) -> Any:
            if making:
                raise AssertionError(f"what is remembered as {making} depends on who asks")
            return ask(*args, **options)

        return asked

    for owner, name in ((middleware, "get_user"), (SessionStore, "load"), (context_processors, "get_token")):
        monkeypatch.setattr(owner, name, watched(getattr(owner, name)))


def test_nothing_that_is_remembered_asks_who_it_is_for(study: CaseStudyPage, monkeypatch: pytest.MonkeyPatch) -> None:
    strictly(monkeypatch)
    monkeypatch.setattr(version, "_held", (None, {}))
    ada = client_of(person("Editors"))
    for path in PATHS:
        assert ada.get(path).status_code in (200, 404), path
    # The guard itself: what such a thing would look like.
    leaking = version.cached_per_version
    monkeypatch.setattr(CaseStudyPage, "get_context", lambda self, request: leaking("who", lambda: request.user.email))
    with pytest.raises(AssertionError, match="depends on who asks"):
        ada.get(study.url)


def test_a_piece_that_is_remembered_does_not_know_who_asks(
    study: CaseStudyPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        template = Template("for {{ user.email }}{{ request.path }}{{ perms }}{% csrf_token %}, {{ told }}")

    monkeypatch.setattr(navigation, "get_template", lambda name: Found)

    def printed(user: User, path: str) -> str:
        request = RequestFactory().get(path)
        request.user = user
        get_token(request)
        context = RequestContext(request, {"told": "the same"})
        begin_request()
        try:
            with context.bind_template(Template("")):
                return str(navigation.remembered(context, f"{path} of a test"))
        finally:
            end_request()

    ada = person("Editors")
    alone = printed(ada, "/mine/")
    assert ada.email not in alone
    assert "csrf" not in alone
    assert "/mine/" not in alone
    assert "the same" in alone
    assert printed(person(mail="reader@example.com"), "/mine/") == alone


def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that remembers something of itself, as many do."""
    original = CaseStudyPage.get_context

    def context(self: CaseStudyPage, request: HttpRequest, *args: Any, **options: Any) -> Any:
        found = original(self, request, *args, **options)
        return found | {"page": self, "site_title": cached_per_version(f"title of {self.pk}", lambda: self.title)}

    monkeypatch.setattr(CaseStudyPage, "get_context", context)


def test_a_draft_that_is_previewed_is_nobody_elses(
    study: CaseStudyPage, monkeypatch: pytest.MonkeyPatch, stored: list[Any]
) -> None:
    remembering(monkeypatch)
    monkeypatch.setattr(version, "_held", (None, {}))
    ada = client_of(person("Editors"))
    study.title = "Only drafted"
    study.save_revision()
    shown = ada.get(f"/admin/pages/{study.pk}/view_draft/")
    assert "Only drafted" in shown.content.decode()
    assert "private" in shown["Cache-Control"]
    assert stored == []
    for client in (client_of(person(mail="reader@example.com")), Client()):
        text = client.get(study.url).content.decode()
        assert "First title" in text
        assert "Only drafted" not in text


def test_a_draft_is_previewed_though_its_page_is_kept(study: CaseStudyPage, stored: list[Any]) -> None:
    """Also where nobody's cookies come with the preview, and in the midst of a request that goes by a version."""
    Client().get(study.url)
    kept = list(stored)
    study.title = "Only drafted"
    begin_request()
    try:
        assert "Only drafted" in study.make_preview_request().content.decode()
        assert is_remembering()
    finally:
        end_request()
    assert stored == kept
    assert "Only drafted" not in Client().get(study.url).content.decode()


def test_a_restricted_page_is_asked_for_by_each(study: CaseStudyPage, stored: list[Any]) -> None:
    editor, reader = person("Editors"), person(mail="reader@example.com")
    restriction = PageViewRestriction.objects.create(page=study, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.set(editor.groups.all())
    clients = {"editor": client_of(editor), "reader": client_of(reader), "nobody": Client()}
    for _ in range(2):
        answers = {name: client.get(study.url) for name, client in clients.items()}
        assert "First title" in answers["editor"].content.decode()
        assert "private" in answers["editor"]["Cache-Control"]
        assert {name: answer.status_code for name, answer in answers.items() if name != "editor"} == {
            "reader": 302,
            "nobody": 302,
        }
        for client in clients.values():
            assert "First title" not in client.get("/case-studies/").content.decode()
    assert not any("First title" in str(held) for held in stored)
    editor.groups.clear()
    assert clients["editor"].get(study.url).status_code == 302


def test_each_gets_a_token_of_their_own(study: CaseStudyPage, stored: list[Any]) -> None:
    PageViewRestriction.objects.create(page=study, restriction_type=PageViewRestriction.PASSWORD, password="open")
    people = [client_of(person("Editors"), enforce_csrf_checks=True), Client(enforce_csrf_checks=True)]
    forms = [client.get(study.url) for client in people]
    assert stored == []
    sent = [{"password": "open", "return_url": study.url, "csrfmiddlewaretoken": ""} for _ in forms]
    for form, values in zip(forms, sent, strict=True):
        values["csrfmiddlewaretoken"] = str(form.context["csrf_token"])
    action = forms[0].context["action_url"]
    assert people[1].post(action, sent[0]).status_code == 403
    for client, values in zip(people, sent, strict=True):
        assert client.post(action, values).status_code == 302
        answer = client.get(study.url)
        assert "First title" in answer.content.decode()
        assert "private" in answer["Cache-Control"]
    assert "First title" not in Client().get(study.url).content.decode()


def test_what_was_theirs_is_gone_when_they_log_out(study: CaseStudyPage) -> None:
    PageViewRestriction.objects.create(page=study, restriction_type=PageViewRestriction.LOGIN)
    ada = client_of(person("Editors"))
    assert ada.get(study.url).status_code == 200
    ada.logout()
    assert ada.get(study.url).status_code == 302


def test_a_page_that_is_new_is_found_by_them(study: CaseStudyPage, home: Page) -> None:
    """A draft raises no version; when it is published, what is remembered of its parent is of no more use."""
    ada = client_of(person("Editors"))
    page = Page.objects.get(pk=home.pk).add_child(
        instance=ContentPage(title="New", slug="new", body="<p>Told</p>", live=False)
    )
    for client in (ada, Client()):
        assert client.get("/new/").status_code == 404
    page.save_revision().publish()
    for client in (ada, Client()):
        assert "Told" in client.get("/new/").content.decode()
