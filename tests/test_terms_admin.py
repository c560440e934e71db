"""The admin's care for terms: who may merge and retire, what is asked first, and what the forms then offer."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from wagtail.models import ModelLogEntry

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from search.embedded.engine import EmbeddedEngine
from taxonomy.merging import merge
from taxonomy.models import CuratedTag, Facet, Term
from taxonomy.widgets import TermCheckboxes, TermSelect
from tests.factories import OrganisationFactory, area, case_study, term
from tests.readers import reader
from tests.test_terms import draft_of, found, slugs

pytestmark = pytest.mark.django_db


def editor(*codenames: str) -> Client:
    """Somebody who may enter the admin, change terms, and do what else is named."""
    group = Group.objects.create(name="Vocabulary")
    wanted = {"access_admin", "change_term", *codenames}
    group.permissions.set(Permission.objects.filter(codename__in=wanted))
    user = User.objects.create_user("editor@example.com", "correct horse battery")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def state() -> list[dict[str, Any]]:
    return [*Term.all_objects.order_by("pk").values(), *CaseStudyPage.areas.through.objects.order_by("pk").values()]


# Merging


def test_merging_asks_for_the_target_then_for_a_yes(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "One", areas=("kids",))
    draft_of(listing)
    kids, children = area("kids"), area("children")
    Term.all_objects.filter(pk=kids.pk).update(synonyms="tots")
    url = f"/admin/vocabulary/area/merge/{kids.pk}/"
    before = state()
    first = admin_client.get(url).content.decode()
    assert "Choose a term" in first
    assert "Children (Group)" in first
    assert "Choose the term to merge into." in admin_client.get(url, {"into": ""}).content.decode()
    asked = admin_client.get(url, {"into": children.pk}).content.decode()
    for said in ("1 page that carries", "1 more page names it in a draft only", "Kids, tots", "“kids” keeps working"):
        assert said in asked
    assert "cannot be undone" in asked
    assert state() == before
    response = admin_client.post(url, {"into": children.pk}, follow=True)
    assert "“Kids” is merged into “Children”: 1 page followed." in response.content.decode()
    assert slugs(page) == ["children"]
    history = admin_client.get(f"/admin/vocabulary/area/history/{children.pk}/").content.decode()
    assert "“Kids” (kids) merged into this: 1 page" in history
    assert admin_client.get("/admin/reports/site-history/").status_code == 200


def test_merging_a_group_says_how_many_areas_follow(admin_client: Client) -> None:
    area("fostering", group="youth"), area("schools", group="learning")
    youth, learning = term(Facet.AREA, "youth"), term(Facet.AREA, "learning")
    url = f"/admin/vocabulary/area/merge/{youth.pk}/"
    assert "1 area of this group" in admin_client.get(url, {"into": learning.pk}).content.decode()
    said = admin_client.post(url, {"into": learning.pk}, follow=True).content.decode()
    assert "0 pages and 1 area followed" in said
    alone = f"/admin/vocabulary/area/merge/{learning.pk}/"
    assert "Add one first" in admin_client.get(alone).content.decode()


def test_bad_input_to_a_merge_is_explained_and_changes_nothing(admin_client: Client) -> None:
    kids, other = area("kids"), area("other")
    merge(area("gone"), other)
    gone = Term.all_objects.get(slug="gone")
    retired = area("retired", retired=True)
    wrong: list[int | str] = [kids.pk, term(Facet.THEME, "theme").pk, term(Facet.AREA, "group").pk, gone.pk, retired.pk]
    wrong += [987654321, "9" * 400, "-1", "\0", "x", "²", ""]
    explained = (
        "Choose another term of this list",
        "Choose the term to merge into.",
        "Null characters are not allowed",
    )
    before = state()
    url = f"/admin/vocabulary/area/merge/{kids.pk}/"
    for into in wrong:
        for response in (admin_client.get(url, {"into": into}), admin_client.post(url, {"into": into})):
            assert response.status_code == 200
            html = response.content.decode()
            assert any(said in html for said in explained), into
    assert admin_client.post(url, {}).status_code == 200
    for path in ("merge", "retire", "bring-back"):
        assert admin_client.post(f"/admin/vocabulary/area/{path}/987654321/", {"into": other.pk}).status_code == 404
        assert admin_client.get(f"/admin/vocabulary/area/{path}/{'9' * 40}/").status_code == 404
        assert admin_client.post(f"/admin/vocabulary/theme/{path}/{kids.pk}/", {"into": other.pk}).status_code == 404
    assert state() == before


@pytest.mark.parametrize(
    ("codename", "shown", "hidden"),
    [("merge_term", "merge", "retire"), ("retire_term", "retire", "merge"), ("delete_term", "delete", "merge")],
)
def test_only_those_allowed_see_a_button_and_are_let_in(codename: str, shown: str, hidden: str) -> None:
    kids, children = area("kids"), area("children")
    client = editor(codename)
    html = client.get(f"/admin/vocabulary/area/edit/{kids.pk}/").content.decode()
    assert f"/admin/vocabulary/area/{shown}/{kids.pk}/" in html
    assert f"/admin/vocabulary/area/{hidden}/{kids.pk}/" not in html
    before = state()
    assert client.get(f"/admin/vocabulary/area/{shown}/{kids.pk}/").status_code == 200
    for path in {"merge", "retire", "bring-back"} - {shown} - ({"bring-back"} if shown == "retire" else set()):
        url = f"/admin/vocabulary/area/{path}/{kids.pk}/"
        for response in (client.get(url), client.post(url, {"into": children.pk})):
            assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert state() == before
    assert Client().post(f"/admin/vocabulary/area/merge/{kids.pk}/", {"into": children.pk}).status_code == 302
    assert state() == before


def test_the_permissions_are_in_a_group_s_form(admin_client: Client) -> None:
    html = admin_client.get("/admin/groups/new/").content.decode()
    for codename in ("merge_term", "retire_term"):
        permission = Permission.objects.get(codename=codename)
        assert f'value="{permission.pk}"' in html


def test_retiring_asks_and_can_be_undone(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    case_study(listing, "One", themes=("impact",))
    impact = term(Facet.THEME, "impact", "Impact")
    edit = f"/admin/vocabulary/theme/edit/{impact.pk}/"
    retire_url, back_url = (f"/admin/vocabulary/theme/{path}/{impact.pk}/" for path in ("retire", "bring-back"))
    assert retire_url in admin_client.get(edit).content.decode()
    assert "1 page uses it and keeps it" in admin_client.get(retire_url).content.decode()
    impact.refresh_from_db()
    assert not impact.retired
    assert "“Impact” is retired" in admin_client.post(retire_url, follow=True).content.decode()
    admin_client.post(retire_url)
    impact.refresh_from_db()
    assert impact.retired
    html = admin_client.get(edit).content.decode()
    assert back_url in html
    assert retire_url not in html
    assert "offer it again" in admin_client.get(back_url).content.decode()
    assert "“Impact” is in use again" in admin_client.post(back_url, follow=True).content.decode()
    impact.refresh_from_db()
    assert not impact.retired
    actions = list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["taxonomy.retire", "taxonomy.bring_back"]
    history = admin_client.get(f"/admin/vocabulary/theme/history/{impact.pk}/").content.decode()
    assert "Retired" in history
    assert "Brought back" in history


# Retiring


def retire(what: Term) -> Term:
    what.retired = True
    what.save()
    return what


def test_a_retired_term_stays_on_pages_and_in_search(
    listing: CaseStudyIndexPage, index: EmbeddedEngine, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        page = case_study(listing, "One", themes=("impact",))
        retire(term(Facet.THEME, "impact"))
    assert found(client, theme="impact") == ["One"]
    assert "/themes/impact/" in client.get(page.url).content.decode()
    assert client.get("/search/?theme=impact").status_code == 200


def test_forms_offer_a_retired_term_only_where_it_is_chosen(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    theme, result = retire(term(Facet.THEME, "impact", "Impact")), retire(term(Facet.RESULT, "fine", "Fine"))
    has = case_study(listing, "Has", themes=("impact",), result=result)
    lacks = case_study(listing, "Lacks")
    shown = {page.title: admin_client.get(f"/admin/pages/{page.pk}/edit/").context["form"] for page in (has, lacks)}
    for field, label, pk in (("themes", "Impact", theme.pk), ("result", "Fine", result.pk)):
        assert f"{label} (retired)" in str(shown["Has"][field])
        assert f'value="{pk}"' not in str(shown["Lacks"][field])
    organisation = retire(term(Facet.ORGANISATION, "club", "Club"))
    url = "/admin/snippets/organisations/organisation/add/"
    assert "Club" not in str(admin_client.get(url).context["form"]["organisation_type"])
    club = OrganisationFactory(organisation_type=organisation)
    url = f"/admin/snippets/organisations/organisation/edit/{club.pk}/"
    assert "Club (retired)" in str(admin_client.get(url).context["form"]["organisation_type"])


def test_the_widgets_show_a_merged_term_as_its_target() -> None:
    old, new = term(Facet.THEME, "impact"), term(Facet.THEME, "outcomes")
    choices = [(new.pk, "Outcomes"), (987, "Other")]
    merge(old, new)
    assert f'value="{new.pk}" checked' in TermCheckboxes(choices=choices).render("themes", [old.pk, "x", "²", "9" * 30])
    assert f'value="{new.pk}" selected' in TermSelect(choices=choices).render("theme", old.pk)
    assert TermSelect(choices=choices).value_from_datadict({"theme": str(old.pk)}, {}, "theme") == str(new.pk)


def test_the_list_shows_and_filters_by_status(admin_client: Client) -> None:
    retire(term(Facet.THEME, "impact", "Impact"))
    term(Facet.THEME, "outcomes", "Outcomes")

    def shown(**filters: str) -> list[str]:
        response = admin_client.get("/admin/vocabulary/theme/", filters)
        return sorted(item.label for item in response.context["object_list"])

    assert shown() == ["Impact", "Outcomes"]
    assert (shown(status="True"), shown(status="False")) == (["Impact"], ["Outcomes"])
    assert shown(status="True", q="impact") == ["Impact"]
    assert shown(status="nonsense") == ["Impact", "Outcomes"]
    html = admin_client.get("/admin/vocabulary/theme/").content.decode()
    assert "retired" in html
    assert "in use" in html


# Deleting


def test_a_term_with_aliases_is_deleted_only_where_no_page_uses_it(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    case_study(listing, "One", areas=("kids",))
    merge(area("kids"), area("children"))
    url = f"/admin/vocabulary/area/delete/{area('children').pk}/"
    admin_client.post(url)
    assert Term.all_objects.filter(slug="kids").exists()
    CaseStudyPage.objects.get().delete()
    assert "old address" in admin_client.get(url).content.decode()
    assert admin_client.post(url).status_code == 302
    assert not Term.all_objects.filter(slug__in=("kids", "children")).exists()


def test_a_group_with_areas_cannot_be_deleted_but_one_whose_areas_went_can(admin_client: Client) -> None:
    area("fostering", group="youth"), area("schools", group="learning")
    url = f"/admin/vocabulary/area/delete/{term(Facet.AREA, 'youth').pk}/"
    assert "Yes, delete" not in admin_client.get(url).content.decode()
    admin_client.post(url)
    assert Term.objects.filter(slug="youth").exists()
    merge(area("fostering"), area("schools"))
    assert admin_client.post(url).status_code == 302
    assert not Term.objects.filter(slug="youth").exists()


def test_who_may_not_delete_a_term_is_told_what_names_it(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    chosen, kind = area("advice"), term(Facet.ORGANISATION, "charity")
    reader().areas.add(chosen)
    OrganisationFactory(organisation_type=kind), OrganisationFactory(organisation_type=kind)
    for held, pages, named in (
        (chosen, "0 pages use “Advice”.", "1 reader of the e-bulletin."),
        (kind, "0 pages use “Charity”.", "2 organisations."),
        (chosen.parent, "0 pages use “Group”.", "1 area of this group."),
    ):
        assert held
        html = admin_client.get(f"/admin/vocabulary/{held.facet}/delete/{held.pk}/").content.decode()
        assert pages in html
        assert f"It is also named by {named}" in html
        assert "Yes, delete" not in html
    case_study(listing, "One", themes=("outcomes",))
    used = term(Facet.THEME, "outcomes")
    html = admin_client.get(f"/admin/vocabulary/theme/delete/{used.pk}/").content.decode()
    assert "1 page uses “Outcomes”." in html
    assert "also named" not in html


# Tags


def test_a_tag_keeps_the_address_that_its_first_name_made(admin_client: Client) -> None:
    admin_client.post("/admin/vocabulary/tags/new/", {"name": "Early help", "slug": "other"})
    made = CuratedTag.objects.get()
    assert made.slug == "early-help"
    admin_client.post(f"/admin/vocabulary/tags/edit/{made.pk}/", {"name": "Early support", "slug": "early-support"})
    made.refresh_from_db()
    assert (made.name, made.slug) == ("Early support", "early-help")
    refused = admin_client.post("/admin/vocabulary/tags/new/", {"name": "!!!"})
    assert "Give it letters or figures" in refused.content.decode()
