"""The list of all content in the admin."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from wagtail.models import GroupPagePermission

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from taxonomy.models import Facet, Term
from tests.factories import area, case_study

NOW = datetime.datetime(2024, 5, 20, 9, tzinfo=datetime.UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
CONTENT = "/admin/content/"
TODAY = NOW.date()
DAY = datetime.timedelta(days=1)


def titles(client: Client, **parameters: Any) -> list[str]:
    response = client.get(CONTENT, parameters)
    assert response.status_code == 200
    return [page.title for page in response.context["object_list"]]


@pytest.fixture
def content(listing: CaseStudyIndexPage) -> None:
    case_study(listing, "Alpha", areas=("advice", "fostering"), evidence="2", review_date=TODAY - DAY)
    case_study(listing, "Beta", areas=("fostering",), evidence="1", review_date=TODAY + 30 * DAY)
    case_study(listing, "Gamma", areas=("waste",), evidence="0", review_date=TODAY + 31 * DAY)
    case_study(listing, "Delta", areas=("waste",), live=False, as_at=datetime.date(2006, 5, 4))
    live = CaseStudyPage.objects.get(title="Beta")
    live.save_revision()


def test_it_lists_all_kinds_of_content_and_no_other_page(content: None, admin_client: Client) -> None:
    html = admin_client.get(CONTENT).content.decode()
    assert sorted(titles(admin_client)) == ["Alpha", "Beta", "Delta", "Gamma"]
    for said in ("Advice, Fostering", "Level 2", "Described only", "1 day overdue", "due in 30 days", "Case study"):
        assert said in html
    page = CaseStudyPage.objects.get(title="Alpha")
    assert f"/admin/pages/{page.pk}/edit/" in html
    assert CONTENT in admin_client.get("/admin/").content.decode()


@pytest.mark.dialect
def test_it_is_filtered(content: None, admin_client: Client) -> None:
    assert sorted(titles(admin_client, kind="casestudies.casestudypage")) == ["Alpha", "Beta", "Delta", "Gamma"]
    assert sorted(titles(admin_client, area="fostering")) == ["Alpha", "Beta"]
    assert sorted(titles(admin_client, area=["fostering", "waste"])) == ["Alpha", "Beta", "Delta", "Gamma"]
    assert titles(admin_client, area="fostering", evidence="1") == ["Beta"]
    assert sorted(titles(admin_client, evidence="0")) == ["Delta", "Gamma"]
    assert titles(admin_client, review="overdue") == ["Alpha"]
    assert titles(admin_client, review="soon") == ["Beta"]
    assert titles(admin_client, review="later") == ["Gamma"]
    assert titles(admin_client, review="none") == ["Delta"]
    assert sorted(titles(admin_client, status="live")) == ["Alpha", "Beta", "Gamma"]
    assert titles(admin_client, status="draft") == ["Delta"]
    CaseStudyPage.objects.filter(title="Gamma").update(has_unpublished_changes=True)
    assert "Gamma" in titles(admin_client, status="changed")
    assert "Alpha" not in titles(admin_client, status="changed")


@pytest.mark.dialect
def test_it_is_searched_by_title_with_filters_and_sorted(content: None, admin_client: Client) -> None:
    assert titles(admin_client, q="lph") == ["Alpha"]
    assert sorted(titles(admin_client, q="ta", area="waste")) == ["Delta"]
    CaseStudyPage.objects.filter(title="Gamma").update(draft_title="Renamed in the draft")
    assert titles(admin_client, q="renamed") == ["Gamma"]
    assert titles(admin_client, ordering="title") == ["Alpha", "Beta", "Delta", "Gamma"]
    assert titles(admin_client, ordering="-title", q="a")[0] == "Gamma"
    assert titles(admin_client, ordering="due_on") == ["Alpha", "Beta", "Gamma", "Delta"]
    assert titles(admin_client, ordering="-due_on") == ["Gamma", "Beta", "Alpha", "Delta"]
    assert titles(admin_client, ordering="true_on")[0] == "Delta"
    for slug, place in (("0", 0), ("1", 1), ("2", 2)):
        Term.objects.filter(facet=Facet.EVIDENCE, slug=slug).update(sort_order=place)
    assert titles(admin_client, ordering="-evidence_order")[:2] == ["Alpha", "Beta"]
    assert titles(admin_client, ordering="live")[0] == "Delta"
    assert titles(admin_client)[0] == "Beta"


def test_it_says_what_to_do_where_there_is_nothing(listing: CaseStudyIndexPage, admin_client: Client) -> None:
    assert "There is no content yet." in admin_client.get(CONTENT).content.decode()
    assert "No content matches." in admin_client.get(CONTENT, {"q": "nothing"}).content.decode()
    assert "No content matches." in admin_client.get(CONTENT, {"status": "draft"}).content.decode()


def test_one_sees_only_what_the_explorer_shows(content: None, listing: CaseStudyIndexPage) -> None:
    group = Group.objects.create(name="Only one")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user = User.objects.create_user("one@example.com")
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    assert client.get(CONTENT).status_code == 302
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    only = CaseStudyPage.objects.get(title="Alpha")
    GroupPagePermission.objects.create(group=group, page=only, permission=change)
    client.force_login(User.objects.get(pk=user.pk))
    assert titles(client) == ["Alpha"]


NASTY = ["x", "-1", "9" * 40, "\0", "'", '"', "é", "%ff", "overdue; drop", "a" * 3000]


@pytest.mark.parametrize("name", ["kind", "area", "evidence", "review", "status", "ordering", "p", "q", "export"])
def test_no_parameter_breaks_it(name: str, content: None, admin_client: Client) -> None:
    assert admin_client.get(CONTENT, {name: NASTY}).status_code == 200
    for value in NASTY:
        assert admin_client.get(CONTENT + "results/", {name: value}).status_code == 200, value


def test_it_makes_as_many_queries_for_many_as_for_few(
    content: None,
    listing: CaseStudyIndexPage,
    admin_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    area("housing")
    for number in range(60):
        case_study(listing, f"Page {number}", areas=("advice", "housing"))
    titles(admin_client)
    with django_assert_max_num_queries(32):
        assert len(titles(admin_client, ordering="title")) == 50
    assert len(titles(admin_client, ordering="title", p="2")) == 14
