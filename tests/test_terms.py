"""Care for the vocabulary: terms are merged, renamed and retired, and nothing that named them is lost."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.queries import ROWS
from casestudies.rows import CaseStudyOrganisation
from organisations.models import Organisation
from search.embedded.engine import EmbeddedEngine
from search.facets import vocabulary
from taxonomy import drafts
from taxonomy.merging import merge, plan, references, targets
from taxonomy.models import Facet, Term
from taxonomy.usage import with_page_counts
from taxonomy.vocabulary import load_vocabulary
from tests.factories import OrganisationFactory, area, case_study, term

pytestmark = pytest.mark.django_db


def slugs(page: Page, field: str = "areas") -> list[str]:
    return sorted(item.slug for item in getattr(CaseStudyPage.objects.get(pk=page.pk), field).all())


def found(client: Client, **filters: str) -> list[str]:
    answer = client.get("/search/", filters | {"format": "json"}).json()
    return sorted(row["title"] for row in answer["results"])


# Merging


@pytest.mark.dialect
def test_pages_follow_and_none_carries_the_target_twice(listing: CaseStudyIndexPage) -> None:
    one = case_study(listing, "One", areas=("kids", "advice"))
    both = case_study(listing, "Both", areas=("kids", "children"))
    hidden = case_study(listing, "Hidden", areas=("kids",), live=False)
    done = merge(area("kids"), area("children"))
    assert (slugs(one), slugs(both), slugs(hidden)) == (["advice", "children"], ["children"], ["children"])
    assert done.pages == {one.pk, both.pk, hidden.pk}
    field: Any = CaseStudyPage._meta.get_field("areas")
    through = field.remote_field.through
    assert through.objects.filter(term__slug="kids").count() == 0
    assert through.objects.filter(casestudypage=both).count() == 1


@pytest.mark.dialect
def test_single_terms_child_rows_and_organisations_follow(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "One", organisation_type="club", result=term(Facet.RESULT, "fine"))
    merge(term(Facet.RESULT, "fine"), term(Facet.RESULT, "worked"))
    merge(term(Facet.ROLE, "provider"), term(Facet.ROLE, "deliverer"))
    merge(term(Facet.ORGANISATION, "club"), term(Facet.ORGANISATION, "charity"))
    merge(term(Facet.EVIDENCE, "0"), term(Facet.EVIDENCE, "1"))
    page = CaseStudyPage.objects.get(pk=page.pk)
    assert (page.result.slug, page.evidence_level.slug) == ("worked", "1")
    assert page.organisations.get().role.slug == "deliverer"
    assert Organisation.objects.get().organisation_type.slug == "charity"


@pytest.mark.dialect
def test_an_organisation_is_not_left_twice_in_one_role(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "One")
    organisation, other = Organisation.objects.get(), OrganisationFactory()
    deliverer = term(Facet.ROLE, "deliverer")
    rows = [(organisation, deliverer), (other, deliverer), (None, deliverer), (None, term(Facet.ROLE, "provider"))]
    for named, role in rows:
        CaseStudyOrganisation.objects.create(page=page, organisation=named, role=role)
    merge(term(Facet.ROLE, "provider"), deliverer)
    kept = list(CaseStudyOrganisation.objects.filter(page=page).values_list("organisation", "role__slug"))
    assert sorted(kept, key=str) == sorted(
        [(organisation.pk, "deliverer"), (other.pk, "deliverer"), (None, "deliverer")], key=str
    )


def test_every_column_that_refers_to_a_term_is_known() -> None:
    names = {f"{field.model._meta.model_name}.{field.name}" for field in references()}
    many = {f"casestudypage_{name}.term" for name in ("areas", "themes", "stages", "beneficiaries", "regions")}
    one = {f"casestudypage.{name}" for name in ("status", "result", "evidence_level")}
    one.add("contract.contract_form")
    assert many | one | {"casestudyorganisation.role", "organisation.organisation_type"} <= names
    assert not any(name.startswith("term.") for name in names)


def test_a_group_s_areas_follow_and_search_finds_their_pages_by_the_new_group(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        area("fostering", group="youth")
        case_study(listing, "One", areas=("fostering",))
        area("schools", group="young-people")
    assert found(client, area="youth") == ["One"]
    with django_capture_on_commit_callbacks(execute=True):
        done = merge(term(Facet.AREA, "youth"), term(Facet.AREA, "young-people"))
    assert done.children == 1
    assert area("fostering").parent == term(Facet.AREA, "young-people")
    assert found(client, area="young-people") == ["One"]
    assert Term.all_objects.get(slug="youth").parent is None


def test_merged_pages_are_found_by_the_target(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        case_study(listing, "One", themes=("impact",))
    with django_capture_on_commit_callbacks(execute=True):
        merge(term(Facet.THEME, "impact"), term(Facet.THEME, "outcomes"))
    assert found(client, theme="outcomes") == ["One"]
    assert "impact" not in vocabulary()["theme"]


@pytest.mark.dialect
def test_chains_end_at_the_last_target() -> None:
    first, second, third = (term(Facet.THEME, slug) for slug in ("first", "second", "third"))
    merge(first, second)
    merge(second, third)
    assert set(Term.all_objects.filter(merged_into=third).values_list("slug", flat=True)) == {"first", "second"}
    assert [Term.find(Facet.THEME, slug) for slug in ("first", "second", "third", "none")] == [third] * 3 + [None]
    assert Term.find(Facet.AREA, "first") is None
    for nasty in ("\0", "\ud83d", "", "a" * 5000, "first\n"):
        assert Term.find(Facet.THEME, nasty) is None


def test_label_and_synonyms_become_synonyms_of_the_target() -> None:
    old = term(Facet.THEME, "impact", "Impact", synonyms="Results\n effects \neffects\n\nOUTCOMES")
    new = term(Facet.THEME, "outcomes", "Outcomes", synonyms="results")
    assert merge(old, new).synonyms == ("Impact", "effects")
    new.refresh_from_db()
    assert new.synonyms == "results\nImpact\neffects"


def test_wagtail_s_reference_index_follows(listing: CaseStudyIndexPage) -> None:
    old, new = term(Facet.RESULT, "fine"), term(Facet.RESULT, "worked")
    page = case_study(listing, "One", result=old)
    ReferenceIndex.create_or_update_for_object(page)
    assert ReferenceIndex.get_references_to(old).exists()
    merge(old, new)
    assert not ReferenceIndex.get_references_to(old).exists()
    assert ReferenceIndex.get_references_to(new).exists()


def test_a_merge_of_many_pages_makes_no_more_queries_than_of_few(listing: CaseStudyIndexPage) -> None:
    def queries(number: int, slug: str) -> int:
        for place in range(number):
            page = case_study(listing, f"{slug} {place}", areas=(slug, "children") if place % 2 else (slug,))
            page.title = f"{slug} {place} draft"
            page.save_revision()
        old = area(slug)
        with CaptureQueriesContext(connection) as captured:
            merge(old, area("children"))
        return len(captured)

    queries(1, "first")  # what is kept for the process
    few = queries(3, "few")
    assert queries(30, "many") == few < 140


@pytest.mark.dialect
def test_what_cannot_be_merged_is_refused_and_changes_nothing() -> None:
    advice, other = area("advice"), area("other")
    retired, gone = area("retired", retired=True), area("gone")
    merge(gone, other)
    gone = Term.all_objects.get(pk=gone.pk)
    wrong = [advice, term(Facet.THEME, "theme"), term(Facet.AREA, "group"), retired, gone, Term(pk=987654321)]
    before = list(Term.all_objects.order_by("pk").values())
    for target in wrong:
        with pytest.raises(ValidationError):
            merge(advice, target)
    with pytest.raises(ValidationError):
        merge(gone, advice)
    assert list(Term.all_objects.order_by("pk").values()) == before
    assert list(targets(advice)) == [other]


def test_an_alias_is_in_no_list(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    old, new = area("kids"), area("children")
    page = case_study(listing, "One", areas=("kids",))
    merge(old, new)
    assert "kids" not in {item.slug for item in with_page_counts(Term.objects.filter(facet=Facet.AREA))}
    html = admin_client.get("/admin/vocabulary/area/").content.decode()
    assert f"/admin/vocabulary/area/edit/{old.pk}/" not in html
    assert f"/admin/vocabulary/area/edit/{new.pk}/" in html
    assert f'value="{old.pk}"' not in admin_client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    for action in ("edit", "delete", "usage", "history", "merge", "retire", "bring-back"):
        assert admin_client.get(f"/admin/vocabulary/area/{action}/{old.pk}/").status_code == 404
    assert admin_client.post(f"/admin/vocabulary/area/reorder/{old.pk}/?position=0").status_code == 404
    assert list(term(Facet.AREA, "group").children.all()) == [new]


def test_the_vocabulary_s_data_file_does_not_bring_a_merged_term_back() -> None:
    load_vocabulary()
    first, second = Term.objects.filter(facet=Facet.AREA, parent=None).order_by("pk")[:2]
    here, lost = first.children.all()[0], second.children.all()[0]
    merge(here, second.children.all()[1])
    merge(first, second)
    lost.delete()
    assert load_vocabulary() == 1
    assert not Term.objects.filter(slug__in=(here.slug, first.slug), facet=Facet.AREA).exists()
    assert Term.objects.get(facet=Facet.AREA, slug=lost.slug).parent == second


# Drafts


def draft_of(listing: CaseStudyIndexPage) -> CaseStudyPage:
    """A published page whose draft alone names the area "kids", the result "fine" and the role "helper"."""
    page = case_study(listing, "Published")
    page.save_revision().publish()
    page = CaseStudyPage.objects.get(pk=page.pk)
    draft = page.get_latest_revision_as_object()
    draft.areas = [area("kids"), area("children")]
    draft.result = term(Facet.RESULT, "fine")
    draft.organisations = [
        CaseStudyOrganisation(organisation=Organisation.objects.last(), role=term(Facet.ROLE, "helper"))
    ]
    draft.save_revision()
    assert slugs(page) == ["advice"]
    return page


def merge_three() -> None:
    merge(area("kids"), area("children"))
    merge(term(Facet.RESULT, "fine"), term(Facet.RESULT, "worked"))
    merge(term(Facet.ROLE, "helper"), term(Facet.ROLE, "provider"))


def assert_followed(page: Page) -> None:
    page = CaseStudyPage.objects.get(pk=page.pk)
    assert slugs(page) == ["children"]
    assert page.result.slug == "worked"
    assert [row.role.slug for row in page.organisations.all()] == ["provider"]


def test_a_draft_that_is_published_has_the_target(listing: CaseStudyIndexPage) -> None:
    page = draft_of(listing)
    merge_three()
    page.latest_revision.publish()
    assert_followed(page)


def test_a_draft_published_by_schedule_has_the_target(listing: CaseStudyIndexPage) -> None:
    page = draft_of(listing)
    draft = page.get_latest_revision_as_object()
    draft.go_live_at = timezone.now() + datetime.timedelta(days=1)
    draft.save_revision().publish()
    assert slugs(page) == ["advice"]
    merge_three()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2), tick=False):
        call_command("publish_scheduled")
    assert_followed(page)


def test_a_draft_in_the_editor_shows_the_target_and_saves_it(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = draft_of(listing)
    merge_three()
    response = admin_client.get(f"/admin/pages/{page.pk}/edit/")
    form = response.context["form"]
    assert form["areas"].value() == [area("children").pk]
    assert form["result"].value() == term(Facet.RESULT, "worked").pk
    html = admin_client.get(f"/admin/pages/{page.pk}/edit/preview/", {"in_preview_panel": "true"})
    assert html.status_code == 200
    draft = page.get_latest_revision_as_object()
    assert [item.slug for item in draft.areas.all()] == ["children"]
    draft.save_revision()
    page.refresh_from_db()
    assert page.latest_revision.content["areas"] == [area("children").pk]
    assert page.latest_revision.content["result"] == term(Facet.RESULT, "worked").pk


def test_a_form_that_was_open_during_the_merge_saves_the_target(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    kids, fine = area("kids"), term(Facet.RESULT, "fine")
    merge(kids, area("children"))
    merge(fine, term(Facet.RESULT, "worked"))
    sets = ("organisations", *ROWS, "comments")
    data: dict[str, object] = {f"{name}-{key}_FORMS": 0 for name in sets for key in ("TOTAL", "INITIAL", "MIN_NUM")}
    data |= {
        "title": "Late",
        "slug": "late",
        "body-count": 0,
        "areas": [kids.pk, area("children").pk],
        "result": fine.pk,
    }
    response = admin_client.post(f"/admin/pages/add/casestudies/casestudypage/{listing.pk}/", data)
    assert response.status_code == 302, response.context["form"].errors
    content = CaseStudyPage.objects.get(title="Late").latest_revision.content
    assert (content["areas"], content["result"]) == ([area("children").pk], term(Facet.RESULT, "worked").pk)


def test_a_draft_that_names_a_deleted_term_opens_without_it(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = draft_of(listing)
    for gone in (area("kids"), term(Facet.RESULT, "fine"), term(Facet.ROLE, "helper")):
        gone.delete()
    assert admin_client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    draft = page.get_latest_revision_as_object()
    assert ([item.slug for item in draft.areas.all()], draft.result) == (["children"], None)


def test_drafts_are_counted_apart(listing: CaseStudyIndexPage) -> None:
    page, other = draft_of(listing), case_study(listing, "Other", areas=("kids",))
    other.save_revision()
    for old, new in ((area("kids"), area("children")), (term(Facet.ROLE, "helper"), term(Facet.ROLE, "provider"))):
        assert plan(old, new).drafts == {page.pk}
    assert plan(area("kids"), area("children")).pages == {other.pk}
    page.latest_revision.publish()
    assert drafts.drafts_naming(area("kids")) == {other.pk}


def test_every_page_type_that_holds_terms_must_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drafts.check_page_types() == []
    monkeypatch.setattr(drafts, "ResolvesMergedTerms", type("Another", (), {}))
    assert {error.id for error in drafts.check_page_types()} == {"taxonomy.E001"}


# Slugs


@pytest.mark.dialect
def test_a_changed_slug_leaves_an_alias_and_can_be_taken_back(admin_client: Client) -> None:
    mine = term(Facet.THEME, "impact", "Impact")
    url = f"/admin/vocabulary/theme/edit/{mine.pk}/"
    data = {"label": "Impact", "slug": "outcomes", "synonyms": "", "scope_note": "", "code": ""}
    assert admin_client.post(url, data).status_code == 302
    assert Term.find(Facet.THEME, "impact") == Term.find(Facet.THEME, "outcomes") == mine
    assert admin_client.post(url, data | {"slug": "effects"}).status_code == 302
    assert admin_client.post(url, data | {"slug": "impact"}).status_code == 302
    mine.refresh_from_db()
    assert mine.slug == "impact"
    assert set(Term.all_objects.filter(merged_into=mine).values_list("slug", flat=True)) == {"outcomes", "effects"}
    assert admin_client.post(url, data | {"slug": "IMPACT", "label": "Impacts"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.slug, mine.label, Term.all_objects.count()) == ("impact", "Impacts", 3)


def test_a_merged_term_s_slug_taken_by_its_target_keeps_the_row_that_drafts_name(listing: CaseStudyIndexPage) -> None:
    page = draft_of(listing)
    target = area("children")
    merge(area("kids"), target)
    target.refresh_from_db()
    target.slug = "kids"
    target.save()
    assert Term.find(Facet.AREA, "children") == target
    page.latest_revision.publish()
    assert slugs(page) == ["kids"]


@pytest.mark.dialect
def test_a_new_term_cannot_take_an_alias_s_slug(admin_client: Client) -> None:
    merge(term(Facet.THEME, "impact"), term(Facet.THEME, "outcomes", "Outcomes achieved"))
    data = {"label": "Impact", "slug": "", "synonyms": "", "scope_note": "", "code": ""}
    html = admin_client.post("/admin/vocabulary/theme/new/", data).content.decode()
    assert "an old address of “Outcomes achieved”" in html
    assert admin_client.post("/admin/vocabulary/result/new/", data).status_code == 302
    other = term(Facet.THEME, "other", "Other")
    html = admin_client.post(f"/admin/vocabulary/theme/edit/{other.pk}/", data | {"slug": "Impact"}).content.decode()
    assert "an old address of “Outcomes achieved”" in html


# Addresses


@pytest.fixture
def renamed(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> Term:
    """The area "old" is merged into "new"; the theme "was" is called "is" now."""
    merge(area("old"), area("new"))
    theme = term(Facet.THEME, "was")
    theme.slug = "is"
    theme.save()
    return area("new")


@pytest.mark.parametrize("path", ["/search/", "/case-studies/"])
@pytest.mark.parametrize(
    ("asked", "moved"),
    [
        ("area=old&q=x&format=json", "area=new&q=x&format=json"),
        ("q=x&area=old&theme=was&area=other&page=2", "q=x&area=new&theme=is&area=other&page=2"),
        ("area=old&q=a&area=new&area=old&q=a", "area=new&q=a&q=a"),
        ("utm=a%26b%3D&q=&area=old&q=%C3%A9+%22", "utm=a%26b%3D&q=&area=new&q=%C3%A9+%22"),
        ("area=old&area=%00old&area=no-such", "area=new&area=no-such"),
    ],
)
def test_an_old_slug_moves_for_good(renamed: Term, client: Client, path: str, asked: str, moved: str) -> None:
    response = client.get(f"{path}?{asked}")
    assert (response.status_code, response["Location"]) == (301, f"{path}?{moved}")
    assert response["Cache-Control"] == "no-cache"
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    "asked",
    ["area=new", "theme=old", "area=no-such", "q=old", "area=%FF", "area=a%0D%0Ab", "tag=old", "kind=old", "area="],
)
def test_other_addresses_answer_themselves(renamed: Term, client: Client, asked: str) -> None:
    assert client.get(f"/search/?{asked}").status_code == 200


def test_only_an_unknown_value_costs_a_query(renamed: Term, client: Client) -> None:
    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    plain = queries("/search/?format=json")
    assert queries("/search/?format=json&area=new&theme=is") == plain
    assert queries("/search/?format=json&area=no%20slug") == plain
    assert queries("/search/?format=json&area=no-such&theme=none&area=two") == plain + 1
