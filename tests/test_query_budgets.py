"""How many queries a page makes: few, and no more on a large site than on a small one. As in life: what a process keeps is
there, nothing is in a test's transaction, and the page is not kept yet."""

import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.images import ImageFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from wagtail.models import Page

from bulletins.models import BulletinPage
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.queries import ROWS
from casestudies.rows import Contract
from community.models import User
from core.models import SiteImage
from organisations.models import Organisation
from practice.models import PracticeNotePage, TemplateContractPage
from practice.note_rows import NoteContract, NoteExample, NotePoint, PilotSite, SurveyResponse
from search.engine import engine
from taxonomy.models import Facet
from tests.bulletins.conftest import news, picked, section
from tests.factories import (
    OrganisationFactory,
    area,
    bulletin,
    bulletin_index,
    case_study,
    contract,
    contract_index,
    note,
    practice_index,
    tag,
    term,
)

# URL -> queries at most. Each request asks for the content version.
BUDGET = {
    "/": 4,
    "/case-studies/": 1,
    "/case-studies/walnut-0/": 19,  # of which eleven are of kinds of rows that it has
    "/practice/": 3,
    "/practice/walnut-note-0/": 10,
    "/practice/template-contracts/": 5,
    "/practice/template-contracts/walnut-form-0/": 7,
    "/bulletins/": 5,
    "/bulletins/?format=atom": 3,
    "/bulletins/2000-winter/": 35,
    "/bulletins/subscribe/": 3,
    "/case-studies/walnut-0/ask/": 4,
    "/themes/term-0/": 2,
    "/service-areas/": 2,
    "/search/": 1,
    "/search/?q=walnut": 1,
    "/search/?q=walnut&region=term-0&sort=title&page=2": 1,
    "/search/?q=nothing&region=term-0": 1,
    "/search/?q=walnut&format=json": 1,
    "/search/?q=walnut&format=csv": 22,
    "/case-studies/?format=csv": 18,
    "/feed/": 1,
    "/sitemap.xml": 19,
    "/organisations/walnut-council/": 9,
}
FEW, MANY = 4, 12
SAID = {"contacts": {"email": "contact@provider.example"}}
PERSON = 2  # the session and who it belongs to, where a page says so


@pytest.fixture
def site(committed: None, listing: CaseStudyIndexPage, settings: LazySettings, tmp_path: Path) -> CaseStudyIndexPage:
    settings.MEDIA_ROOT = tmp_path / "media"
    home = listing.get_parent()
    contract_index(practice_index(home))
    bulletin_index(home)
    engine().rebuild()
    return listing


def picture(title: str) -> SiteImage:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#0b5a4a").save(file, "PNG")
    return SiteImage.objects.create(title=title, alt_text=title, file=ImageFile(file, name="small.png"))


def grow(listing: CaseStudyIndexPage, first: int, last: int) -> None:
    """Pages of each kind with the numbers from `first` to `last`; those with number 0 have everything so many times."""
    with transaction.atomic():
        home = listing.get_parent()
        notes, contracts, archive = (
            Page.objects.get(slug=slug) for slug in ("practice", "template-contracts", "bulletins")
        )
        for number in range(first, last):
            title, slugs = f"Walnut {number}", (f"term-{number}", f"term-{number % 3}")
            case_study(
                listing,
                title,
                areas=slugs,
                themes=slugs,
                regions=slugs,
                tags=slugs,
                organisation=OrganisationFactory(),
                contact_email="contact@provider.example",
                picture=picture(title),
            )
            note(notes, f"Walnut note {number}", themes=slugs, areas=slugs, tags=slugs)
            contract(contracts, f"Walnut form {number}", slug=f"walnut-form-{number}", areas=slugs, jurisdictions=slugs)
            bulletin(archive, f"Walnut issue {number}", year=2000 + number)
        fill(last)
        assert home.get_descendants().count() == 4 + 4 * last
    engine().sync()


def fill(many: int) -> None:
    """The pages with number 0 say everything so many times."""
    texts = [f"term-{number}" for number in range(many)]
    facets = {"areas": [area(text) for text in texts], "themes": [term(Facet.THEME, text) for text in texts]}
    cases = list(CaseStudyPage.objects.order_by("pk"))
    case, paper = cases[0], PracticeNotePage.objects.get(slug="walnut-note-0")
    for name, values in facets.items():
        setattr(case, name, values)
        setattr(paper, name, values)
    case.beneficiaries = [term(Facet.BENEFICIARY, text) for text in texts]
    case.regions = [term(Facet.REGION, text) for text in texts]
    case.tags.set([tag(text) for text in texts])
    for name, model in ROWS.items():
        setattr(case, name, [model(sort_order=place, **SAID.get(name, {})) for place in range(many)])
    council = Organisation.objects.filter(name="Walnut council").first() or OrganisationFactory(name="Walnut council")
    case.contracts = [Contract(commissioner=council if number % 2 else OrganisationFactory()) for number in range(many)]
    case.save()
    paper.tags.set([tag(text) for text in texts])
    paper.points = [NotePoint(label="benefit", text=text) for text in texts]
    paper.responses = [SurveyResponse(label="barrier", text=text, source=text) for text in texts]
    paper.pilots = [PilotSite(place=text) for text in texts]
    paper.examples = [NoteExample(example=one) for one in cases]
    paper.contracts = [NoteContract(contract=one) for one in TemplateContractPage.objects.order_by("pk")]
    paper.save()
    form = TemplateContractPage.objects.get(slug="walnut-form-0")
    form.areas = facets["areas"]
    form.save()
    issue = BulletinPage.objects.get(slug="2000-winter")
    link = f'<p><a linktype="page" id="{case.pk}">one</a></p>'
    issue.sections = [section(one.title, picked(one), news("N", link, page=one)) for one in cases]
    issue.save()


def queries(client: Client) -> dict[str, int]:
    """How many each page makes that is made anew in a process which has made it before."""

    def ask(path: str, word: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"{path}{'&' if '?' in path else '?'}{word}")
        assert answer.status_code == 200, path
        return len(captured)

    # The first reader makes the sizes of pictures, which is a change of content: what is kept is made anew.
    for word in ("first", "second"):
        for path in BUDGET:
            ask(path, word)
    return {path: ask(path, "third") for path in BUDGET}


def test_queries_are_few_and_do_not_grow(
    site: CaseStudyIndexPage, client: Client, django_user_model: type[User]
) -> None:
    reader = Client()
    reader.force_login(django_user_model.objects.create_user("reader@example.org"))
    grow(site, 0, FEW)
    few = queries(client)
    logged_in = queries(reader)
    assert {path: number for path, number in logged_in.items() if number > few[path] + PERSON} == {}
    grow(site, FEW, MANY)
    assert queries(reader) == logged_in
    assert queries(client) == few
    assert {path: number for path, number in few.items() if number > BUDGET[path]} == {}
