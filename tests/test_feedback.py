"""“Was this useful?”: counted without knowing who says so, held back where it floods, read in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import PageViewRestriction

from caching.version import current
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from community.models import User
from editorial.feedback import LONGEST, PER_PAGE, Feedback
from home.models import HomePage
from search.engine import engine
from tests.factories import case_study

HERE = {"Origin": "http://testserver"}


def answer(client: Client, page: CaseStudyPage, **data: str) -> Any:
    return client.post(f"/useful/{page.pk}/", data, headers=HERE)


def test_an_example_asks_and_an_answer_is_counted_without_a_cookie(example_page: CaseStudyPage, client: Client) -> None:
    html = client.get(example_page.url).content.decode()
    assert f'action="/useful/{example_page.pk}/"' in html
    response = answer(client, example_page, useful="no", line="  Which contract was it?\r\n ")
    assert (response.status_code, response["Location"]) == (303, f"/useful/{example_page.pk}/thanks/")
    assert not response.cookies
    thanks = client.get(response["Location"])
    assert "was counted" in thanks.content.decode()
    assert thanks["Cache-Control"] == "no-store"
    told = Feedback.objects.get()
    assert (told.page_id, told.useful, told.line) == (example_page.pk, False, "Which contract was it?")
    assert {field.name for field in Feedback._meta.fields} == {"id", "page", "useful", "line", "day"}


def test_an_answer_leaves_the_page_cache_as_it_is(example_page: CaseStudyPage, client: Client) -> None:
    before = current()
    assert answer(client, example_page, useful="yes").status_code == 303
    assert current() == before


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, "Choose yes or no."),
        ({"useful": "perhaps"}, "Choose yes or no."),
        ({"useful": "yes", "line": "x" * (LONGEST + 1)}, f"Use at most {LONGEST} characters"),
        ({"useful": "yes", "line": "a\0b"}, "Take out the characters that are not text."),
        ({"useful": "yes", "line": "kept words", "website": "http://spam"}, "A field that people cannot see"),
    ],
)
def test_what_cannot_be_counted_is_explained_and_kept(
    example_page: CaseStudyPage, client: Client, data: dict[str, str], expected: str
) -> None:
    response = answer(client, example_page, **data)
    html = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in html
    assert expected in html
    assert data.get("line", "").replace("\0", "�") in html
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_an_answer_from_another_site_is_not_counted(
    example_page: CaseStudyPage, client: Client, headers: dict[str, str]
) -> None:
    response = client.post(f"/useful/{example_page.pk}/", {"useful": "yes", "line": "planted"}, headers=headers)
    assert response.status_code == 403
    assert "planted" not in response.content.decode()
    assert not Feedback.objects.exists()


def test_a_flood_is_held_back_and_says_so(example_page: CaseStudyPage, client: Client) -> None:
    for _ in range(PER_PAGE):
        assert answer(client, example_page, useful="yes").status_code == 303
    response = answer(client, example_page, useful="yes", line="still here")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 80000
    assert "still here" in response.content.decode()
    assert Feedback.objects.count() == PER_PAGE


def test_only_pages_that_ask_and_that_everybody_may_read(
    home: HomePage, listing: CaseStudyIndexPage, example_page: CaseStudyPage, client: Client
) -> None:
    draft = case_study(listing, "Draft", slug="draft", live=False)
    private = case_study(listing, "Private", slug="private")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    for number in (home.pk, draft.pk, private.pk, 987654, 2**31, 2**70):
        assert client.get(f"/useful/{number}/").status_code == 404
        assert client.post(f"/useful/{number}/", {"useful": "yes"}, headers=HERE).status_code == 404
        assert client.get(f"/useful/{number}/thanks/").status_code == 404
    assert client.get(f"/useful/{example_page.pk}/").status_code == 200


def test_editors_see_counts_and_lines(example_page: CaseStudyPage, admin_client: Client) -> None:
    empty = admin_client.get("/admin/reports/useful/").content.decode()
    assert "No reader has answered yet." in empty
    for useful, line in [(True, ""), (False, "Say <b>more</b>"), (False, "")]:
        Feedback.objects.create(page=example_page, useful=useful, line=line)
    response = admin_client.get("/admin/reports/useful/")
    (row,) = response.context["object_list"]
    assert (row.yes, row.no, row.lines) == (1, 2, 1)
    assert f"/admin/feedback/?page={example_page.pk}" in response.content.decode()
    for sort in ("yes", "-yes", "lines", "-title", "nonsense"):
        assert admin_client.get(f"/admin/reports/useful/?ordering={sort}").status_code == 200
    export = admin_client.get("/admin/reports/useful/?export=csv").getvalue().decode()
    assert export.splitlines()[1] == "Asked,Case study,1,2,1"
    lines = admin_client.get(f"/admin/feedback/?page={example_page.pk}").content.decode()
    assert "Say &lt;b&gt;more&lt;/b&gt;" in lines
    for odd in ("9" * 40, "x", "-1", "%00"):
        assert admin_client.get(f"/admin/feedback/?page={odd}").status_code == 200


def test_lines_are_deleted_after_a_question_and_never_written(
    example_page: CaseStudyPage, admin_client: Client
) -> None:
    told = Feedback.objects.create(page=example_page, useful=True, line="About Jo")
    assert "Add" not in [button.label for button in admin_client.get("/admin/feedback/").context["header_buttons"]]
    for path in ("new/", f"edit/{told.pk}/"):
        assert admin_client.get(f"/admin/feedback/{path}").status_code == 302
        assert admin_client.post(f"/admin/feedback/{path}", {"line": "Changed"}).status_code == 302
    told.refresh_from_db()
    assert told.line == "About Jo"
    address = f"/admin/feedback/delete/{told.pk}/"
    assert "Are you sure" in admin_client.get(address).content.decode()
    assert Feedback.objects.exists()
    assert admin_client.post(address).status_code == 302
    assert not Feedback.objects.exists()


@pytest.mark.parametrize(("role", "deletes"), [("Editors", False), ("Moderators", True), ("Administrators", True)])
def test_moderators_delete_and_editors_only_read(example_page: CaseStudyPage, role: str, deletes: bool) -> None:
    told = Feedback.objects.create(page=example_page, useful=True, line="About Jo")
    user = User.objects.create_user("somebody@example.com", "correct horse battery")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    listed = client.get("/admin/feedback/").content.decode()
    assert "About Jo" in listed
    assert (f'href="/admin/feedback/delete/{told.pk}/' in listed) is deletes
    assert client.get("/admin/reports/useful/").status_code == 200
    client.post(f"/admin/feedback/delete/{told.pk}/")
    assert Feedback.objects.exists() is not deletes


def test_the_page_with_the_question_is_kept_in_the_cache(
    committed: None, client: Client, django_user_model: Any
) -> None:
    from tests.factories import IndexFactory, home_page

    listing = IndexFactory(parent=home_page(), title="Case studies", slug="case-studies")
    page = case_study(listing, "Asked", slug="asked")
    engine().rebuild()
    first = client.get(page.url)
    assert first.has_header("ETag")
    assert answer(client, page, useful="yes").status_code == 303
    assert client.get(page.url, headers={"If-None-Match": first["ETag"]}).status_code == 304
