"""Every event that can change what is found, on real pages: the search sees it, and index and database agree."""

import datetime
import json
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from organisations.models import Organisation
from search import changes
from search.answers import QueryParams, answer, hits, similar, suggest
from search.embedded.engine import EmbeddedEngine
from search.engine import engine
from search.facets import Vocabulary, vocabulary
from search.models import Change
from search.query import Query
from search.tasks import catch_up
from taxonomy.models import Facet, Term
from tests.factories import IndexFactory, OrganisationFactory, area, case_study, tag, term
from tests.search.site import assert_same_as_database, committed, forget_age, found, newest, noted, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index_agrees(index: EmbeddedEngine) -> Iterator[None]:
    """Whatever a test did, index and database agree at its end, and not because its changes are young."""
    yield
    engine().search(*_anything())
    assert_same_as_database()


def _anything() -> tuple[Query, Vocabulary]:
    return Query(), vocabulary()


@pytest.fixture
def walnut(listing: CaseStudyIndexPage) -> CaseStudyPage:
    with committed():
        made = case_study(listing, "Walnut", body="The body of it", tags=("Blue tag",))
    assert found("walnut") == {made.pk}
    return made


@pytest.mark.dialect
def test_publishing_takes_effect_at_once_and_whole(walnut: CaseStudyPage) -> None:
    with noted(walnut):
        walnut.themes = [term(Facet.THEME, "consortia")]
        publish(walnut, title="Hazelnut", summary="Quite another thing")
    # Not by catching up before the answer: the commit itself applied it.
    index = engine()
    assert index.sequence() == newest()
    assert found("walnut") == set()
    assert found("hazelnut another") == found(theme="consortia") == {walnut.pk}


def test_a_draft_is_not_seen_and_notes_nothing(walnut: CaseStudyPage) -> None:
    with noted():
        walnut.title = "Hazelnut"
        walnut.themes = [term(Facet.THEME, "consortia")]
        walnut.save_revision()
    assert found("hazelnut") == found(theme="consortia") == set()
    assert found("walnut") == {walnut.pk}


def test_a_new_draft_notes_nothing_until_it_is_published(listing: CaseStudyIndexPage) -> None:
    with noted():
        draft = case_study(listing, "Almond", live=False)
        draft.save_revision()
    assert found("almond") == set()
    with noted(draft):
        publish(draft)
    assert found("almond") == {draft.pk}


def test_locking_and_scheduling_note_nothing(walnut: CaseStudyPage) -> None:
    with noted():
        walnut.locked, walnut.locked_at = True, timezone.now()
        walnut.save(update_fields=["locked", "locked_at"])
        walnut.go_live_at = timezone.now() + datetime.timedelta(days=1)
        walnut.save_revision(approved_go_live_at=walnut.go_live_at)


def test_unpublishing_and_publishing_again(walnut: CaseStudyPage) -> None:
    with noted(walnut):
        walnut.unpublish()
    assert found("walnut") == set()
    with noted(walnut):
        publish(CaseStudyPage.objects.get(pk=walnut.pk))
    assert found("walnut") == {walnut.pk}


def test_a_live_page_that_is_published_for_a_later_day_goes(walnut: CaseStudyPage) -> None:
    """It has no live revision, so Wagtail takes it off the site without saying that it was unpublished."""
    with noted(walnut):
        publish(walnut, go_live_at=timezone.now() + datetime.timedelta(days=1))
    assert not CaseStudyPage.objects.get(pk=walnut.pk).live
    assert found("walnut") == set()


def test_a_scheduled_page_comes_with_its_day(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Almond", live=False)
    publish(page, go_live_at=timezone.now() + datetime.timedelta(hours=1))
    assert found("almond") == set()
    with noted(page), time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        call_command("publish_scheduled")
    assert found("almond") == {page.pk}


def test_deleting_a_page(walnut: CaseStudyPage) -> None:
    pk = walnut.pk
    with committed():
        walnut.delete()
    assert found("walnut") == set()
    assert Change.objects.filter(page_id=pk).exists()


def test_deleting_a_page_as_a_plain_page(walnut: CaseStudyPage) -> None:
    with committed():
        Page.objects.get(pk=walnut.pk).delete()
    assert found("walnut") == set()


@pytest.mark.dialect
def test_deleting_the_list_takes_what_is_below(listing: CaseStudyIndexPage, walnut: CaseStudyPage) -> None:
    other = case_study(listing, "Walnut again")
    assert found("walnut") == {walnut.pk, other.pk}
    with committed():
        CaseStudyIndexPage.objects.get(pk=listing.pk).delete()
    assert found() == set()


def urls(index: EmbeddedEngine) -> set[str]:
    return {hit.url for hit in index.search(*_anything()).hits}


@pytest.mark.dialect
def test_moving_a_list_moves_what_is_below(
    listing: CaseStudyIndexPage, walnut: CaseStudyPage, index: EmbeddedEngine
) -> None:
    folder = IndexFactory(parent=listing.get_parent(), title="Archive", slug="archive")
    with noted(listing, walnut):
        CaseStudyIndexPage.objects.get(pk=listing.pk).move(folder, pos="last-child")
    assert urls(index) == {"/archive/case-studies/walnut/"}


def test_moving_one_page(listing: CaseStudyIndexPage, walnut: CaseStudyPage, index: EmbeddedEngine) -> None:
    folder = IndexFactory(parent=listing.get_parent(), title="Archive", slug="archive")
    with noted(walnut):
        CaseStudyPage.objects.get(pk=walnut.pk).move(folder, pos="last-child")
    assert urls(index) == {"/archive/walnut/"}


def test_moving_into_and_out_of_a_private_place(listing: CaseStudyIndexPage, walnut: CaseStudyPage) -> None:
    folder = IndexFactory(parent=listing.get_parent(), title="Members", slug="members")
    PageViewRestriction.objects.create(page=folder, restriction_type="login")
    with noted(walnut):
        CaseStudyPage.objects.get(pk=walnut.pk).move(folder, pos="last-child")
    assert found("walnut") == set()
    with noted(walnut):
        CaseStudyPage.objects.get(pk=walnut.pk).move(CaseStudyIndexPage.objects.get(pk=listing.pk), pos="last-child")
    assert found("walnut") == {walnut.pk}


def test_a_new_slug_of_the_list_changes_every_address(
    listing: CaseStudyIndexPage, walnut: CaseStudyPage, index: EmbeddedEngine
) -> None:
    fresh = CaseStudyIndexPage.objects.get(pk=listing.pk)
    with noted(listing, walnut):
        publish(fresh, slug="examples")
    assert urls(index) == {"/examples/walnut/"}


def test_a_new_slug_of_the_page(walnut: CaseStudyPage, index: EmbeddedEngine) -> None:
    with noted(walnut):
        publish(CaseStudyPage.objects.get(pk=walnut.pk), slug="hazelnut")
    assert urls(index) == {"/case-studies/hazelnut/"}


@pytest.mark.parametrize("above", [False, True])
def test_privacy_hides_and_its_removal_shows(listing: CaseStudyIndexPage, walnut: CaseStudyPage, above: bool) -> None:
    with noted(*([listing, walnut] if above else [walnut])):
        private = PageViewRestriction.objects.create(
            page=listing if above else walnut, restriction_type="password", password="secret"
        )
    assert found("walnut") == set()
    with noted(*([listing, walnut] if above else [walnut])):
        private.delete()
    assert found("walnut") == {walnut.pk}


def test_a_private_page_can_be_deleted(walnut: CaseStudyPage) -> None:
    with committed():
        PageViewRestriction.objects.create(page=walnut, restriction_type="login")
    with committed():
        CaseStudyPage.objects.get(pk=walnut.pk).delete()
    assert found() == set()


def test_expiry(walnut: CaseStudyPage) -> None:
    publish(walnut, expire_at=timezone.now() + datetime.timedelta(days=1))
    assert found("walnut") == {walnut.pk}
    CaseStudyPage.objects.update(expire_at=timezone.now() - datetime.timedelta(minutes=1))
    with noted(walnut):
        call_command("publish_scheduled")
    assert found("walnut") == set()


def test_published_when_already_expired(walnut: CaseStudyPage) -> None:
    with noted(walnut):
        publish(walnut, expire_at=timezone.now() - datetime.timedelta(minutes=1))
    assert found("walnut") == set()


def rename_tag() -> None:
    used = tag("Blue tag")
    used.name = "Hazelnut"
    used.save()


def rename_area() -> None:
    used = area("advice")
    used.label, used.slug = "Hazelnut", "hazelnut"
    used.save()


def rename_organisation() -> None:
    used = Organisation.objects.earliest("pk")
    used.name = "Hazelnut"
    used.save()


@pytest.mark.parametrize("rename", [rename_tag, rename_area, rename_organisation])
def test_what_a_page_names_gets_a_new_name(
    listing: CaseStudyIndexPage, walnut: CaseStudyPage, rename: Callable[[], None]
) -> None:
    case_study(listing, "Unconcerned", areas=("other",))
    with noted(walnut):
        rename()
    assert found("hazelnut") == {walnut.pk}
    if rename is rename_area:
        assert found(area="hazelnut") == {walnut.pk}


def test_saving_what_a_page_names_without_a_change_notes_nothing(walnut: CaseStudyPage) -> None:
    with noted():
        tag("Blue tag").save()
        area("advice").save()
        Organisation.objects.get().save()
        used = Organisation.objects.get()
        used.description = "Not in the index"
        used.save()


def test_a_group_gets_a_new_name_and_an_area_a_new_group(walnut: CaseStudyPage) -> None:
    group = Term.objects.get(facet=Facet.AREA, slug="group")
    with noted(walnut):
        group.label, group.slug = "Hazelnut", "hazelnut"
        group.save()
    assert found("hazelnut") == found(area="hazelnut") == {walnut.pk}
    used = area("advice")
    with noted(walnut):
        used.parent = term(Facet.AREA, "cashew")
        used.save()
    assert found("cashew") == found(area="cashew") == {walnut.pk}
    assert found(area="hazelnut") == set()


def test_deleting_a_tag_and_a_term(walnut: CaseStudyPage) -> None:
    walnut.themes = [term(Facet.THEME, "pecan")]
    publish(walnut)
    assert found("blue", tag="blue-tag") == found("pecan", theme="pecan") == {walnut.pk}
    with noted(walnut):
        tag("Blue tag").delete()
    with noted(walnut):
        term(Facet.THEME, "pecan").delete()
    assert found("blue") == found("pecan") == set()
    with noted(walnut):
        area("advice").delete()
    assert found("advice") == set()


def test_an_organisation_gets_another_type_and_a_type_another_slug(listing: CaseStudyIndexPage) -> None:
    kind = term(Facet.ORGANISATION, "charity")
    page = case_study(listing, "Walnut", organisation=OrganisationFactory(organisation_type=kind))
    assert found(organisation="charity") == {page.pk}
    with noted(page):
        kind.slug = "third-sector"
        kind.save()
    assert found(organisation="third-sector") == {page.pk}
    with noted(page):
        organisation = Organisation.objects.get()
        organisation.organisation_type = term(Facet.ORGANISATION, "council")
        organisation.save()
    assert found(organisation="council") == {page.pk}
    assert found(organisation="third-sector") == set()


def test_copying_a_page(walnut: CaseStudyPage) -> None:
    with committed():
        twin = walnut.copy(update_attrs={"slug": "twin", "title": "Walnut twin"})
    assert found("walnut", area="advice") == {walnut.pk, twin.pk}


@pytest.mark.dialect
def test_a_page_keeps_only_its_newest_row(walnut: CaseStudyPage) -> None:
    for title in ("One", "Two", "Three"):
        publish(walnut, title=title)
    assert Change.objects.filter(page_id=walnut.pk).count() == 1


@pytest.mark.dialect
def test_a_change_that_is_rolled_back_leaves_nothing(walnut: CaseStudyPage) -> None:
    before = newest()
    with transaction.atomic():
        publish(walnut, title="Hazelnut")
        transaction.set_rollback(True)
    assert newest() == before
    assert found("walnut") == {walnut.pk}


@pytest.mark.dialect
@pytest.mark.parametrize(
    "titles",
    [
        lambda page: [hit.title for hit in answer(QueryParams({"q": ["hazelnut"]})).results.hits],
        lambda page: [hit.title for hit in hits([page.pk])],
        lambda page: [one.text for one in suggest("haz")],
        lambda page: [hit.title for hit in similar(page.get_next_sibling().pk)],
    ],
    ids=["search", "hits", "suggest", "similar"],
)
def test_old_changes_are_caught_up_with_before_an_answer(
    walnut: CaseStudyPage, listing: CaseStudyIndexPage, titles: Callable[[CaseStudyPage], list[str]]
) -> None:
    """As after a process that was killed between its commit and the index."""
    with committed():
        case_study(listing, "Like it", tags=("Blue tag",))
    publish(walnut, title="Hazelnut")
    forget_age()
    assert engine().sequence() < newest()
    assert titles(walnut) == ["Hazelnut"]
    assert engine().sequence() == newest()


@pytest.mark.dialect
def test_an_overtaken_change_is_looked_at_again(walnut: CaseStudyPage, index: EmbeddedEngine) -> None:
    """On PostgreSQL a smaller sequence may be committed after a larger one has been taken in."""
    CaseStudyPage.objects.filter(pk=walnut.pk).update(title="Hazelnut")
    Change.objects.filter(page_id=walnut.pk).delete()
    late = Change.objects.create(sequence=index.sequence() + 1, page_id=walnut.pk)
    Change.objects.create(sequence=late.sequence + 1, page_id=10**6)
    index.store.write({}, [], after=index.sequence(), upto=late.sequence + 1)
    index.sync()
    assert found("hazelnut") == {walnut.pk}
    assert index.sync() == 0


@pytest.mark.dialect
def test_a_database_that_was_put_back_makes_the_index_anew(walnut: CaseStudyPage, index: EmbeddedEngine) -> None:
    """An index ahead of the log would take in no change until the log had grown past it."""
    publish(walnut, title="Hazelnut")
    index.sync()
    index.store.write({}, [], after=index.sequence(), upto=index.sequence() + 1000)
    CaseStudyPage.objects.filter(pk=walnut.pk).update(title="Pistachio")
    index.sync()
    assert index.sequence() == newest()
    assert found("pistachio") == {walnut.pk}


@pytest.mark.dialect
def test_few_changes_are_applied_at_once_and_many_by_the_worker(
    listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django_tasks_db.models import DBTaskResult

    pages = [case_study(listing, f"Nut {number}", live=number > 0) for number in range(6)]
    engine().sync()
    monkeypatch.setattr(changes, "AT_ONCE", 4)
    with committed():
        changes.record(page.pk for page in pages[:4])
    assert DBTaskResult.objects.count() == 0
    assert engine().sequence() == newest()
    with committed():
        changes.record_below(Page.objects.get(pk=listing.pk))
    assert engine().sequence() < newest()
    assert found("nut") == {page.pk for page in pages[1:]}  # an answer does not wait for the worker
    assert DBTaskResult.objects.count() == 1
    assert catch_up.module_path == DBTaskResult.objects.get().task_path
    catch_up.call()
    assert engine().sequence() == newest()


@pytest.mark.dialect
def test_a_page_that_cannot_be_read_is_left_out_and_the_rest_is_found(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as one whose body another program wrote, in a form that no editor can."""
    pages = [case_study(listing, f"Nut {number}") for number in range(5)]
    broken = [{"type": "quote", "value": None, "id": "0"}]
    CaseStudyPage.objects.filter(pk=pages[2].pk).update(body=json.dumps(broken))
    with committed():
        changes.record(page.pk for page in pages)
    assert client.get("/search/").status_code == 200
    assert found("nut") == {page.pk for page in pages if page != pages[2]}
    assert f"document {pages[2].pk} cannot be read" in caplog.text
    index.rebuild()
    assert found("nut") == {page.pk for page in pages if page != pages[2]}
