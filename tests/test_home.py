"""The front page and the plain pages: what editors choose is what readers see."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction, Site

from casestudies.models import CaseStudyIndexPage
from core.models import FooterLink, SiteSettings
from home.models import ContentPage, FeaturedExample, HomePage
from search.engine import engine
from taxonomy.models import Facet
from tests.factories import case_study, term

pytestmark = pytest.mark.django_db


def shown(client: Client) -> list[str]:
    return [example.row.hit.title for example in client.get("/").context["examples"]]


@pytest.fixture
def six(listing: CaseStudyIndexPage) -> list[int]:
    """Six examples, the last the newest; the number is the page's."""
    ids = [case_study(listing, f"Example {n}", as_at=f"200{n}-01-01").pk for n in range(6)]
    engine().rebuild()
    return ids


def test_without_a_choice_the_newest_are_shown(six: list[int], client: Client) -> None:
    assert shown(client) == [f"Example {n}" for n in (5, 4, 3, 2, 1)]


def test_the_lead_comes_first_and_the_newest_fill_the_places(home: HomePage, six: list[int], client: Client) -> None:
    home.lead_id = six[0]
    home.featured = [FeaturedExample(page_id=six[2])]
    home.save()
    assert shown(client) == [f"Example {n}" for n in (0, 2, 5, 4, 3)]


def test_chosen_examples_without_a_lead_stand_behind_the_newest(home: HomePage, six: list[int], client: Client) -> None:
    home.featured = [FeaturedExample(page_id=six[1])]
    home.save()
    assert shown(client) == [f"Example {n}" for n in (5, 1, 4, 3, 2)]


def test_a_chosen_example_that_readers_may_not_see_is_left_out(
    home: HomePage, listing: CaseStudyIndexPage, six: list[int], client: Client
) -> None:
    home.lead_id = six[0]
    home.featured = [FeaturedExample(page_id=six[1])]
    home.save()
    page = listing.get_children().get(pk=six[0])
    page.specific.unpublish()
    PageViewRestriction.objects.create(page_id=six[1], restriction_type=PageViewRestriction.LOGIN)
    engine().sync()
    assert shown(client) == [f"Example {n}" for n in (5, 4, 3, 2)]


def test_example_questions_are_searches(home: HomePage, client: Client) -> None:
    home.questions = "help people leave gangs\n\n  respite & care "
    home.save()
    html = client.get("/").content.decode()
    assert 'href="/search/?q=help%20people%20leave%20gangs"' in html
    assert 'href="/search/?q=respite%20%26%20care"' in html
    assert html.count("/search/?q=") == 2


def test_settings_name_the_site_everywhere(home: HomePage, listing: CaseStudyIndexPage, client: Client) -> None:
    site = Site.objects.get(is_default_site=True)
    settings = SiteSettings.for_site(site)
    settings.name, settings.organisation, settings.contact_email = "Learning Together", "A network", "us@example.org"
    settings.save()
    page = case_study(listing, "Named")
    engine().rebuild()
    html = client.get("/").content.decode()
    assert "Learning Together</span>" in html
    assert "Run by A network" in html
    assert 'href="mailto:us@example.org"' in html
    assert "<title>Learning Together: everything new</title>" in client.get("/feed/").content.decode()
    assert "Learning Together, “Named”" in client.get(page.url).content.decode()


def test_footer_links_are_only_to_what_everybody_may_see(home: HomePage, client: Client) -> None:
    open_page = home.add_child(instance=ContentPage(title="Rules", slug="rules"))
    draft = home.add_child(instance=ContentPage(title="Draft", slug="draft", live=False))
    private = home.add_child(instance=ContentPage(title="Private", slug="private"))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    settings.links.set([FooterLink(page=page) for page in (open_page, draft, private)])
    settings.links.add(FooterLink(label="Elsewhere", address="https://example.org/"))
    settings.save()
    footer = client.get("/").content.decode().split("<footer")[1]
    assert '<a href="/rules/">Rules</a>' in footer
    assert '<a href="https://example.org/">Elsewhere</a>' in footer
    assert "Draft" not in footer
    assert "Private" not in footer


@pytest.mark.parametrize("values", [{}, {"address": "https://example.org/"}, {"both": True}])
def test_a_footer_link_leads_to_one_place_and_has_words(home: HomePage, values: dict[str, object]) -> None:
    link = FooterLink(page=home, address="https://example.org/") if values.get("both") else FooterLink(**values)
    with pytest.raises(ValidationError):
        link.clean()


def test_a_plain_page_is_shown_and_found(home: HomePage, client: Client) -> None:
    home.add_child(instance=ContentPage(title="House rules", slug="rules", body="<p>Question the <b>work</b>.</p>"))
    engine().rebuild()
    assert "Question the <b>work</b>" in client.get("/rules/").content.decode()
    hit = client.get("/search/", {"q": "question", "format": "json"}).json()["results"][0]
    assert (hit["kind"], hit["url"], hit["title"]) == ("page", "/rules/", "House rules")


@pytest.mark.parametrize("name", ["browse_areas", "browse_themes", "browse_stages", "browse_regions"])
def test_browsing_without_an_index_or_terms_says_what_to_do(home: HomePage, client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "Editors add them under Vocabulary" in response.content.decode()
    assert client.post(reverse(name)).status_code == 405


def test_browsing_counts_the_pages_of_each_term(listing: CaseStudyIndexPage, client: Client) -> None:
    case_study(listing, "One", areas=("respite",), themes=("innovation",), regions=("london",))
    case_study(listing, "Two", areas=("respite", "advice"), regions=("london",))
    term(Facet.REGION, "wales", "Wales")
    term(Facet.AREA, "empty", parent=term(Facet.AREA, "group"))
    engine().rebuild()
    areas = client.get("/service-areas/").context["groups"]
    assert [(group.value, group.count, {area.value: area.count for area in below}) for group, below in areas] == [
        ("group", 2, {"respite": 2, "advice": 1, "empty": 0})
    ]
    regions = client.get("/regions/")
    assert {entry.label: entry.count for entry in regions.context["entries"]} == {"London": 2, "Wales": 0}
    html = regions.content.decode()
    assert html.count('href="/search/?region=london"') == 2  # the tile and the list
    assert 'region=wales"' not in html, "a link to nothing helps nobody"
    assert [entry.url for entry in client.get("/themes/").context["entries"]] == ["/themes/innovation/"]


def test_the_sitemap_has_the_lists(home: HomePage, client: Client) -> None:
    text = client.get("/sitemap.xml").content.decode()
    for path in ("/service-areas/", "/themes/", "/stages/", "/regions/"):
        assert f"<loc>http://testserver{path}</loc>" in text


def test_the_settings_are_kept_by_their_form_and_refuse_a_link_to_nowhere(home: HomePage, admin_client: Client) -> None:
    site = Site.objects.get(is_default_site=True)
    address = reverse("wagtailsettings:edit", args=["core", "sitesettings", site.pk])
    assert admin_client.get(address).status_code == 200
    form = {"name": "Learning Together", "strapline": "", "organisation": "", "contact_email": ""}
    form |= {"links-TOTAL_FORMS": "1", "links-INITIAL_FORMS": "0", "links-MIN_NUM_FORMS": "0", "links-0-ORDER": "1"}
    link = {"links-0-label": "Elsewhere", "links-0-page": "", "links-0-address": ""}
    refused = admin_client.post(address, form | link)
    assert "Choose either a page or an address." in refused.content.decode()
    assert admin_client.post(address, form | link | {"links-0-address": "https://example.org/"}).status_code == 302
    saved = SiteSettings.for_site(site)
    assert (saved.name, saved.links.get().address) == ("Learning Together", "https://example.org/")


def test_the_home_page_can_be_edited(home: HomePage, admin_client: Client) -> None:
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[home.pk])).content.decode()
    for words in ("example questions", "lead example", "Other examples"):
        assert words.lower() in html.lower()
