"""Changes of one page come one after the other; what is due at its time comes in its turn too."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Page, Revision
from wagtail.signals import task_approved

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from editorial.scheduling import NotPublished, publish_scheduled
from tests.factories import IndexFactory, case_study, home_page
from tests.forms import complete, edit_url


def is_held(pk: int) -> bool:
    """Whether another connection would have to wait for this page."""
    found = []

    def look() -> None:
        try:
            with transaction.atomic():
                found.append(Page.objects.select_for_update(nowait=connection.vendor != "sqlite").get(pk=pk))
        except DatabaseError:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return not found


@pytest.fixture
def impatient(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says at once that somebody else writes."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0)


@pytest.mark.dialect
def test_a_page_is_held_while_it_is_changed(impatient: None) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("admin@example.com", "correct horse battery"))
    listing = IndexFactory(parent=home_page(), title="Case studies", slug="case-studies")
    page, other = case_study(listing, "Held", live=False), case_study(listing, "Not held")
    seen: list[tuple[bool, bool]] = []

    def look(*args: Any, **kwargs: Any) -> None:
        seen.append((is_held(page.pk), is_held(other.pk)))

    free = (False, False)
    held = (True, connection.vendor == "sqlite")  # which has one writer for everything
    assert (is_held(page.pk), is_held(other.pk)) == free
    names = ("before_edit_page", "before_publish_page", "before_unpublish_page", "before_delete_page")
    task_approved.connect(look)
    with hooks.register_temporarily([(name, look) for name in names]):
        client.post(edit_url(page), complete(page))
        client.post(edit_url(page), complete(page, **{"action-submit": "1"}))
        state = page.current_workflow_task_state
        client.post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]))
        client.post(edit_url(page), complete(page, **{"action-publish": "1"}))
        client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
        client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    task_approved.disconnect(look)
    assert seen == [held] * 7
    assert not Page.objects.filter(pk=page.pk).exists()


def due(listing: CaseStudyIndexPage, title: str, **values: Any) -> CaseStudyPage:
    """A draft whose time came a minute ago."""
    page = case_study(listing, title, live=False)
    page.go_live_at = timezone.now() + timedelta(hours=1)
    revision = page.save_revision()
    revision.publish()
    revision.refresh_from_db()
    moment = timezone.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": moment.isoformat()} | values
    type(revision).objects.filter(pk=revision.pk).update(approved_go_live_at=moment, content=content)
    return page


@pytest.mark.django_db
def test_what_cannot_be_published_at_its_time_does_not_hold_up_the_others(listing: CaseStudyIndexPage) -> None:
    bare, _ = due(listing, "Bare", summary=""), due(listing, "Whole")
    gone = case_study(listing, "Gone")
    Page.objects.filter(pk=gone.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotPublished, match=f"Page {bare.pk} is not complete"):
        publish_scheduled()
    assert list(CaseStudyPage.objects.live().values_list("title", flat=True)) == ["Whole"]
    assert list(Revision.objects.filter(approved_go_live_at__isnull=False)) == [bare.get_latest_revision()]
    assert CaseStudyPage.objects.get(pk=gone.pk).expired
    with pytest.raises(NotPublished):
        publish_scheduled()
