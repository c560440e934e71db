"""The admin: what an editor meets, and what no text in a search box may break."""

import datetime
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from bulletins.models import BulletinPage
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from home.models import ContentPage
from organisations.models import Organisation
from practice.models import PracticeNotePage, TemplateContractPage
from taxonomy.models import Facet, Term
from taxonomy.usage import with_page_counts
from tests.factories import OrganisationFactory, area, case_study, tag, term
from tests.forms import add_url, complete, edit_url, empty

pytestmark = pytest.mark.django_db
NASTY = ['"', '""', '"a', "\0", "a\0b", "'", "%", "\\", "(", "*", "-", "NEAR(", "é", "\ud83d\ude00", " ", "a" * 3000]
SEARCHES = [
    "wagtailadmin_pages:search",
    "wagtailadmin_choose_page_search",
    "wagtailimages:index",
    "wagtailimages_chooser:choose",
    "wagtaildocs:index",
    "wagtaildocs_chooser:choose",
    "wagtailusers_users:index",
    "wagtailredirects:index",
    "taxonomy_area:index",
    "taxonomy_area:index_results",
    "taxonomy_tag:index",
    "wagtailsnippets_organisations_organisation:list",
    "wagtailsnippetchoosers_organisations_organisation:choose",
    "wagtailsnippetchoosers_organisations_organisation:choose_results",
]


@pytest.mark.parametrize("name", SEARCHES)
def test_no_text_breaks_the_admin_s_searches(name: str, listing: CaseStudyIndexPage, admin_client: Client) -> None:
    case_study(listing, "An example")
    for text in NASTY:
        asked = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        response = admin_client.get(reverse(name), {"q": asked, "query": asked})  # each view reads one of them
        assert response.status_code == 200, (name, text)


def test_the_explorer_s_search_takes_any_text(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    for text in NASTY[:-1]:
        url = reverse("wagtailadmin_explore", args=[listing.pk])
        assert admin_client.get(url, {"q": text.encode("utf-8", "replace").decode()}).status_code == 200


def test_the_admin_finds_part_of_a_word(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    case_study(listing, "Resettlement in Leeds")
    html = admin_client.get(reverse("wagtailadmin_pages:search"), {"q": "settlem"}).content.decode()
    assert "Resettlement in Leeds" in html


@pytest.mark.parametrize("facet", list(Facet))
def test_every_facet_has_a_list_with_usage_and_ordering(
    facet: Facet, listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    mine = term(facet, "mine", "A term of mine")
    html = admin_client.get(reverse(f"taxonomy_{facet.value}:index")).content.decode()
    assert "A term of mine" in html
    assert reverse(f"taxonomy_{facet.value}:usage", args=[mine.pk]) in html
    ordered = admin_client.get(reverse(f"taxonomy_{facet.value}:index"), {"ordering": "sort_order"}).content.decode()
    assert reverse(f"taxonomy_{facet.value}:reorder", args=[mine.pk]) in ordered or "data-w-orderable" in ordered


def test_the_list_says_how_many_pages_use_a_term(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    first = case_study(listing, "One", areas=("advice", "homelessness"))
    case_study(listing, "Two", areas=("advice",), live=False)
    counts = {item.slug: item.page_count for item in with_page_counts(Term.objects.filter(facet=Facet.AREA))}
    assert counts == {"group": 2, "advice": 2, "homelessness": 1}
    using = admin_client.get(reverse("taxonomy_area:usage", args=[Term.objects.get(slug="advice").pk])).content.decode()
    assert "One" in using
    assert "Two" in using
    first.delete()
    counts = {item.slug: item.page_count for item in with_page_counts(Term.objects.filter(facet=Facet.AREA))}
    assert counts == {"group": 1, "advice": 1, "homelessness": 0}


def test_a_list_is_searched_within_its_facet(admin_client: Client) -> None:
    term(Facet.THEME, "outcomes", "Outcomes", synonyms="results\nimpact")
    term(Facet.RESULT, "impact", "Impact")
    html = admin_client.get(reverse("taxonomy_theme:index"), {"q": "impact"}).content.decode()
    assert "Outcomes" in html
    assert ">Impact<" not in html


def test_terms_are_reordered_within_their_facet(admin_client: Client) -> None:
    terms = [term(Facet.STAGE, slug) for slug in ("analyse", "plan", "do")]
    other = term(Facet.RESULT, "worked")
    before = other.sort_order
    response = admin_client.post(reverse("taxonomy_stage:reorder", args=[terms[2].pk]) + "?position=0")
    assert response.status_code == 200
    assert list(Term.objects.filter(facet=Facet.STAGE).values_list("slug", flat=True)) == ["do", "analyse", "plan"]
    other.refresh_from_db()
    assert other.sort_order == before


def test_a_term_is_made_with_its_list_s_facet_and_a_slug_of_its_own(admin_client: Client) -> None:
    url = reverse("taxonomy_theme:add")
    data = {"label": "Social value", "slug": "", "synonyms": "", "scope_note": "", "code": ""}
    assert admin_client.post(url, data).status_code == 302
    made = Term.objects.get(label="Social value")
    assert (made.facet, made.slug) == ("theme", "social-value")
    again = admin_client.post(url, data)
    assert again.status_code == 200
    assert "already has this slug" in again.content.decode()


def test_a_term_of_another_facet_is_not_found_in_this_list(admin_client: Client) -> None:
    stage = term(Facet.STAGE, "plan")
    for action in ("edit", "delete", "usage", "history"):
        assert admin_client.get(reverse(f"taxonomy_theme:{action}", args=[stage.pk])).status_code == 404
        assert admin_client.get(reverse(f"taxonomy_stage:{action}", args=[stage.pk])).status_code == 200


def test_a_group_cannot_be_put_in_a_group(admin_client: Client) -> None:
    outer, inner = term(Facet.AREA, "outer"), term(Facet.AREA, "inner")
    term(Facet.AREA, "leaf", parent=inner)
    url = reverse("taxonomy_area:edit", args=[inner.pk])
    data = {"label": "Inner", "slug": "inner", "parent": outer.pk, "synonyms": "", "scope_note": "", "code": ""}
    response = admin_client.post(url, data)
    assert "it cannot be in another" in response.content.decode()


def test_a_used_term_cannot_be_deleted_from_under_its_pages(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "One", areas=("advice",))
    advice = Term.objects.get(slug="advice")
    url = reverse("taxonomy_area:delete", args=[advice.pk])
    assert "Yes, delete" not in admin_client.get(url).content.decode()
    admin_client.post(url)
    assert Term.objects.filter(pk=advice.pk).exists()
    assert [item.slug for item in CaseStudyPage.objects.get(pk=page.pk).areas.all()] == ["advice"]


def test_a_draft_needs_no_more_than_a_title(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    response = admin_client.post(add_url(listing), empty(title="Only a title", slug="only-a-title"))
    assert response.status_code == 302, response.context["form"].errors
    page = CaseStudyPage.objects.get(title="Only a title")
    assert not page.live
    assert page.get_latest_revision_as_object().as_at is None
    preview = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert preview.status_code == 200
    assert "not reported" in preview.content.decode()


def test_a_preview_shows_the_draft_s_own_rows(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "Live")
    draft = page.get_latest_revision_as_object()
    row = draft.organisations.all()[0]
    row.organisation = OrganisationFactory(name="Only in the draft")
    draft.organisations = [row]
    draft.areas = [area("fostering")]
    draft.save_revision()
    shown = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).content.decode()
    assert "Only in the draft" in shown
    assert "/service-areas/fostering/" in shown
    assert "Only in the draft" not in admin_client.get(page.url).content.decode()


def test_a_preview_may_be_framed_by_the_editor_and_keeps_the_strict_policy(
    listing: CaseStudyIndexPage, admin_client: Client
) -> None:
    page = case_study(listing, "Framed")
    page.save_revision()
    response = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_draft_keeps_a_row_that_names_no_organisation_yet(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    rows = {"organisations-TOTAL_FORMS": 1, "organisations-0-organisation": "", "organisations-0-ORDER": 1}
    role = term(Facet.ROLE, "provider")
    data = empty(title="Half", slug="half", **rows, **{"organisations-0-role": role.pk})
    response = admin_client.post(add_url(listing), data)
    assert response.status_code == 302, response.context["form"].formsets["organisations"].errors
    page = CaseStudyPage.objects.get(title="Half")
    assert admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk])).status_code == 200
    assert admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_publishing_says_everything_that_is_missing(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    data = empty(title="Too early", slug="too-early", **{"action-publish": "1"})
    response = admin_client.post(add_url(listing), data)
    assert response.status_code == 200
    form = response.context["form"]
    assert {"summary", "areas", "evidence_level", "as_at", "__all__"} <= set(form.errors)
    assert "organisation" in str(form.errors["__all__"])
    assert not CaseStudyPage.objects.filter(title="Too early").exists()


def test_publishing_takes_an_example_that_has_what_it_needs(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    model = case_study(listing, "Model")
    organisation = Organisation.objects.get()
    data = empty(
        title="Complete",
        slug="complete",
        summary="What it is.",
        areas=[model.areas.get().pk],
        evidence_level=model.evidence_level_id,
        as_at="2007-12-01",
        **{
            "action-publish": "1",
            "organisations-TOTAL_FORMS": 1,
            "organisations-0-organisation": organisation.pk,
            "organisations-0-role": Term.objects.get(facet=Facet.ROLE).pk,
            "organisations-0-ORDER": 1,
        },
    )
    response = admin_client.post(add_url(listing), data)
    assert response.status_code == 302, response.context["form"].errors
    assert CaseStudyPage.objects.get(title="Complete").live


def test_an_organisation_without_a_role_stops_publishing(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    model = case_study(listing, "Model")
    data = empty(
        title="No role",
        slug="no-role",
        summary="What it is.",
        areas=[model.areas.get().pk],
        evidence_level=model.evidence_level_id,
        as_at="2007-12-01",
        **{
            "action-publish": "1",
            "organisations-TOTAL_FORMS": 1,
            "organisations-0-organisation": Organisation.objects.get().pk,
            "organisations-0-role": "",
            "organisations-0-ORDER": 1,
        },
    )
    assert admin_client.post(add_url(listing), data).status_code == 200
    assert not CaseStudyPage.objects.filter(title="No role").exists()


def test_the_admin_calls_nobody_and_previews_every_block(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "One", tags=("prevention",))
    tag("another")
    for url in (reverse("wagtailadmin_home"), reverse("wagtailadmin_pages:edit", args=[page.pk])):
        html = admin_client.get(url).content.decode()
        assert "gravatar" not in html
        assert "releases.wagtail" not in html
    blocks = CaseStudyPage._meta.get_field("body").stream_block.child_blocks  # type: ignore[union-attr]
    groups = Counter(block.meta.group for block in blocks.values())
    assert set(groups) == {"The story", "Also on the page"}
    assert max(groups.values()) <= 8
    for block in blocks.values():
        assert block.get_description()
        url = reverse("wagtailadmin_block_preview")
        assert admin_client.get(url, {"id": block.definition_prefix}).status_code == 200
        assert block.is_previewable


def test_the_account_page_offers_only_time_zones_that_browsers_know(admin_client: Client) -> None:
    html = admin_client.get(reverse("wagtailadmin_account")).content.decode()
    assert "Europe/London" in html
    assert "localtime" not in html


def test_only_curated_tags_are_kept(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    tag("prevention")
    data = empty(title="Tagged", slug="tagged", tags='"prevention", "invented here"')
    admin_client.post(add_url(listing), data)
    page = CaseStudyPage.objects.get(title="Tagged").get_latest_revision_as_object()
    assert [item.name for item in page.tags.all()] == ["prevention"]


@pytest.mark.parametrize(
    "model",
    [CaseStudyPage, PracticeNotePage, TemplateContractPage, BulletinPage, ContentPage],
    ids=lambda m: m.__name__,
)
def test_every_kind_of_page_can_be_published_on_a_day_and_commented_on(model: type[Page]) -> None:
    form = model.get_edit_handler().get_form_class()
    assert {"go_live_at", "expire_at"} <= set(form.base_fields)
    assert "comments" in form.formsets


def test_an_example_is_published_when_its_day_has_come(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    page = case_study(listing, "Later", live=False)
    day = timezone.localdate() + datetime.timedelta(days=2)
    # At noon: in spring there is an hour of the night that no clock shows.
    data = complete(page, **{"action-publish": "1", "go_live_at": f"{day:%Y-%m-%d} 12:00"})
    assert admin_client.post(edit_url(page), data).status_code == 302
    page.refresh_from_db()
    assert not page.live
    assert page.approved_schedule
