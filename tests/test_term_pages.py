"""The pages of service areas, themes and stages."""

from typing import Any

import pytest
from django.test import Client

from casestudies.models import CaseStudyIndexPage
from core.models import SiteSettings
from home.models import HomePage
from home.term_pages import IN_SECTION, READ_AT_ONCE
from search.engine import engine
from taxonomy.merging import merge
from taxonomy.models import Facet, Term
from tests.factories import area, case_study, term

SUBJECTS = [("service-areas", Facet.AREA), ("themes", Facet.THEME), ("stages", Facet.STAGE)]


def words(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(("folder", "facet"), SUBJECTS)
def test_a_subject_says_what_it_is_and_gathers_its_pages(
    listing: CaseStudyIndexPage, client: Client, folder: str, facet: Facet
) -> None:
    found = term(facet, "sharing", "Sharing", scope_note="Doing it together.", synonyms="pooling\njoint work")
    found.introduction = "<p>What to <b>know</b> first.</p>"
    found.save()
    names: dict[str, Any] = {"areas": (), "themes": (), "stages": ()} | {f"{facet.value}s": ("sharing",)}
    case_study(listing, "Inside", **names)
    case_study(listing, "Outside", areas=("advice",))
    engine().rebuild()
    html = words(client, f"/{folder}/sharing/")
    for expected in ("Doing it together.", "Also called: pooling, joint work.", "What to <b>know</b> first.", "Inside"):
        assert expected in html
    assert "Outside" not in html
    assert f'<link rel="canonical" href="http://testserver/{folder}/sharing/">' in " ".join(html.split())
    assert f'name="{facet.value}" value="sharing"' in html, "the search box stays within the subject"
    assert f"/search/?{facet.value}=sharing&amp;format=atom" in html


def test_pages_of_one_kind_stand_together(listing: CaseStudyIndexPage, home: HomePage, client: Client) -> None:
    for number in range(IN_SECTION + 2):
        case_study(listing, f"Example {number}", themes=("innovation",))
    engine().rebuild()
    sections = client.get("/themes/innovation/").context["sections"]
    assert [(part.kind, part.total, len(part.rows)) for part in sections] == [
        ("case-study", IN_SECTION + 2, IN_SECTION)
    ]
    assert f"All {IN_SECTION + 2} case studies on Innovation" in words(client, "/themes/innovation/")


def test_a_subject_of_many_pages_shows_every_kind(listing: CaseStudyIndexPage, client: Client) -> None:
    for number in range(READ_AT_ONCE + 1):
        case_study(listing, f"Example {number}", themes=("innovation",))
    engine().rebuild()
    (part,) = client.get("/themes/innovation/").context["sections"]
    assert (part.total, len(part.rows)) == (READ_AT_ONCE + 1, IN_SECTION)


def test_a_group_shows_its_areas_and_an_area_the_others_of_its_group(
    listing: CaseStudyIndexPage, client: Client
) -> None:
    case_study(listing, "One", areas=("respite",))
    case_study(listing, "Two", areas=("fostering",))
    area("empty")
    gone = area("gone")
    gone.retired = True
    gone.save()
    engine().rebuild()
    group = client.get("/service-areas/group/")
    assert {choice.label: choice.count for choice in group.context["below"]} == {
        "Respite": 1,
        "Fostering": 1,
        "Empty": 0,
    }
    assert [part.total for part in group.context["sections"]] == [2]
    one = client.get("/service-areas/respite/")
    assert {choice.label: choice.count for choice in one.context["beside"]} == {"Fostering": 1, "Empty": 0}
    assert 'href="/service-areas/group/"' in one.content.decode()
    assert 'href="/service-areas/empty/"' not in one.content.decode(), "a link to nothing helps nobody"


def test_what_goes_together_leads_to_both(listing: CaseStudyIndexPage, client: Client) -> None:
    case_study(listing, "One", areas=("respite",), themes=("innovation",), regions=("london",))
    case_study(listing, "Two", areas=("advice",), themes=("innovation",))
    engine().rebuild()
    html = words(client, "/themes/innovation/")
    assert "/search/?theme=innovation&amp;area=respite" in html
    assert "/search/?theme=innovation&amp;region=london" in html
    assert "area=group" not in html


def test_a_subject_without_pages_says_what_to_do_next(home: HomePage, client: Client) -> None:
    area("respite")
    engine().rebuild()
    html = words(client, "/service-areas/respite/")
    assert "Nothing about this has been published here yet." in html
    assert 'href="/service-areas/group/"' in html
    assert 'content="noindex, follow"' in html
    assert "Tell the editors" not in html
    site = SiteSettings.for_site(home.get_site())
    site.contact_email = "editors@example.org"
    site.save()
    assert "mailto:editors@example.org" in words(client, "/service-areas/respite/")


@pytest.mark.parametrize(
    "path", ["/themes/unknown/", "/themes/respite/", "/service-areas/%00/", "/stages/" + "x" * 900 + "/"]
)
def test_what_is_no_subject_is_not_found(home: HomePage, client: Client, path: str) -> None:
    area("respite")
    engine().rebuild()
    assert client.get(path).status_code == 404
    assert client.get(path + "?page=1").status_code == 404


def test_an_old_slug_leads_to_the_subject_of_today(listing: CaseStudyIndexPage, client: Client) -> None:
    old, new = term(Facet.THEME, "joint-bids"), term(Facet.THEME, "consortia")
    case_study(listing, "One", themes=("joint-bids",))
    engine().rebuild()
    merge(old, new)
    response = client.get("/themes/joint-bids/")
    assert (response.status_code, response["Location"]) == (301, "/themes/consortia/")
    assert "One" in words(client, "/themes/consortia/")


def test_without_an_index_the_page_says_so(home: HomePage, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    term(Facet.THEME, "innovation")
    assert client.get("/themes/innovation/").status_code == 503


def test_pages_lists_and_examples_lead_to_subjects(listing: CaseStudyIndexPage, client: Client) -> None:
    page = case_study(listing, "One", areas=("respite",), themes=("innovation",), stages=("plan",))
    engine().rebuild()
    example = words(client, page.url)
    for path in ("/service-areas/respite/", "/themes/innovation/", "/stages/plan/"):
        assert f'href="{path}"' in example
    assert 'href="/service-areas/respite/"' in words(client, "/")
    assert 'href="/service-areas/group/"' in words(client, "/service-areas/")
    assert 'href="/stages/plan/"' in words(client, "/stages/")


def test_the_sitemap_has_subjects_with_something_to_show(listing: CaseStudyIndexPage, client: Client) -> None:
    case_study(listing, "One", areas=("respite",), themes=("innovation",))
    term(Facet.THEME, "empty")
    told = term(Facet.THEME, "told")
    told.introduction = "<p>About it.</p>"
    told.save()
    engine().rebuild()
    text = client.get("/sitemap.xml").content.decode()
    for path in ("/service-areas/respite/", "/service-areas/group/", "/themes/innovation/", "/themes/told/"):
        assert f"<loc>http://testserver{path}</loc>" in text
    assert "/themes/empty/" not in text


def test_editors_write_the_introduction_of_subjects_only(admin_client: Client) -> None:
    subject, other = term(Facet.THEME, "innovation"), term(Facet.REGION, "london")
    form = {"label": "Innovation", "slug": "innovation", "synonyms": "", "scope_note": "", "code": ""}
    draft = '{"blocks": [{"key": "a", "text": "Read this.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [],'
    draft += ' "entityRanges": []}], "entityMap": {}}'
    address = f"/admin/vocabulary/theme/edit/{subject.pk}/"
    assert 'name="introduction"' in admin_client.get(address).content.decode()
    assert admin_client.post(address, form | {"introduction": draft}).status_code == 302
    subject.refresh_from_db()
    assert "Read this." in subject.introduction
    assert 'name="introduction"' not in admin_client.get(f"/admin/vocabulary/region/edit/{other.pk}/").content.decode()
    assert Term.objects.get(pk=other.pk).url == "/search/?region=london"
