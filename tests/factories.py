"""Pages and what they refer to, as short as a test needs them."""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import factory
import wagtail_factories
from django.db.models import Model
from wagtail.models import Page, ReferenceIndex, Site
from wagtail.signal_handlers import disable_reference_index_auto_update, reference_index_auto_update_disabled

from bulletins.models import BulletinIndexPage, BulletinPage, Season
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import CaseStudyOrganisation, CaseStudyPlace, Contact, Source
from home.models import HomePage
from organisations.models import Organisation
from practice.models import PracticeIndexPage, PracticeNotePage, TemplateContractIndexPage, TemplateContractPage
from taxonomy.models import CuratedTag, Facet, Term

AS_AT = datetime.date(2007, 12, 1)
Made = TypeVar("Made")
Given = ParamSpec("Given")


def unreferenced(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Wagtail's index of references, which says where a thing is used, takes a sixth of the time of making a page, and
    few tests ask it: these call `refer`."""

    @wraps(make)
    def quick(*args: Given.args, **values: Given.kwargs) -> Made:
        if getattr(reference_index_auto_update_disabled, "value", False):
            return make(*args, **values)
        with disable_reference_index_auto_update():
            return make(*args, **values)

    return quick


def refer(*things: Model) -> None:
    """What these name is known to be used by them, as it is after every save in life."""
    for thing in things:
        ReferenceIndex.create_or_update_for_object(thing)


class IndexFactory(wagtail_factories.PageFactory):
    class Meta:
        model = CaseStudyIndexPage


class OrganisationFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda number: f"Organisation {number}")

    class Meta:
        model = Organisation


@unreferenced
def home_page() -> HomePage:
    """The home page and its site, in place of Wagtail's welcome page."""
    Site.objects.all().delete()
    # Nothing else refers to the welcome page, and Django asks a dozen tables whether anything does.
    Page.objects.filter(depth=2)._raw_delete("default")
    Page.objects.filter(depth=1).update(numchild=0)
    root = Page.get_first_root_node()
    page = HomePage(title="Common Practice", slug="home", introduction="What worked, and for whom.")
    root.add_child(instance=page)
    Site.objects.create(hostname="testserver", port=80, root_page=page, is_default_site=True)
    return page


@unreferenced
def term(facet: Facet, slug: str, label: str = "", parent: Term | None = None, **values: Any) -> Term:
    """The term that this slug leads to in this facet, made where there is none. An area without a parent gets the group "group"."""
    found = Term.find(facet, slug)
    if found:
        return found
    return Term.objects.create(
        facet=facet, slug=slug, label=label or slug.replace("-", " ").capitalize(), parent=parent, **values
    )


def area(slug: str, group: str = "group", **values: Any) -> Term:
    return term(Facet.AREA, slug, parent=term(Facet.AREA, group), **values)


@unreferenced
def tag(name: str) -> CuratedTag:
    return CuratedTag.objects.get_or_create(name=name, slug=name.lower().replace(" ", "-"))[0]


def table(caption: str, *rows: tuple[str, ...], row_headers: bool = True, source: str = "") -> dict[str, Any]:
    """What a table block holds; the first row is the headings."""
    head, *body = rows
    columns = [{"type": "figure" if place else "text", "heading": heading} for place, heading in enumerate(head)]
    grid = {"columns": columns, "rows": [{"values": list(row)} for row in body], "caption": caption}
    return {"grid": grid, "row_headers": row_headers, "source": source}


@unreferenced
def case_study(
    parent: Page,
    title: str,
    *,
    areas: tuple[str, ...] = ("advice",),
    themes: tuple[str, ...] = (),
    stages: tuple[str, ...] = (),
    beneficiaries: tuple[str, ...] = (),
    regions: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    organisation: Organisation | None = None,
    organisation_type: str = "charity",
    evidence: str = "0",
    body: str = "",
    live: bool = True,
    **values: Any,
) -> CaseStudyPage:
    """A case study that has what publishing needs. Rows as objects; one place, source or contact also as text."""
    if place := values.pop("place", ""):
        values["places"] = [CaseStudyPlace(name=place)]
    if source := values.pop("source", ""):
        values["sources"] = [Source(citation=source)]
    contact = {name: values.pop(f"contact_{name}", "") for name in ("name", "role", "email")}
    if any(contact.values()):
        values["contacts"] = [Contact(**contact)]
    if organisation is None:
        organisation = OrganisationFactory(organisation_type=term(Facet.ORGANISATION, organisation_type))
    defaults = {"summary": f"{title}: a summary.", "as_at": AS_AT, "slug": values.pop("slug", None)}
    page = CaseStudyPage(title=title, live=live, **{k: v for k, v in (defaults | values).items() if v is not None})
    page.evidence_level = term(Facet.EVIDENCE, evidence, "Described only" if evidence == "0" else f"Level {evidence}")
    page.areas = [area(slug) for slug in areas]
    page.themes = [term(Facet.THEME, slug) for slug in themes]
    page.stages = [term(Facet.STAGE, slug) for slug in stages]
    page.beneficiaries = [term(Facet.BENEFICIARY, slug) for slug in beneficiaries]
    page.regions = [term(Facet.REGION, slug) for slug in regions]
    page.tags.set([tag(name) for name in tags])
    page.organisations = [CaseStudyOrganisation(organisation=organisation, role=term(Facet.ROLE, "provider"))]
    if body:
        page.body = [("what_was_done", f"<p>{body}</p>")]
    parent.add_child(instance=page)
    return page


@unreferenced
def practice_index(home: Page) -> PracticeIndexPage:
    page = PracticeIndexPage(title="Best practice", slug="practice", show_in_menus=True)
    home.add_child(instance=page)
    return page


@unreferenced
def note(parent: Page, title: str, *, live: bool = True, **values: Any) -> PracticeNotePage:
    """A best-practice note that has what publishing needs; terms and tags by slug, rows as objects."""
    defaults = {"summary": f"{title}: a summary.", "as_at": AS_AT, "source": "A report, 2007"}
    facets = {"areas": (), "themes": ("consortia",), "stages": ()} | {
        name: values.pop(name) for name in ("areas", "themes", "stages") if name in values
    }
    tags = values.pop("tags", ())
    page = PracticeNotePage(title=title, live=live, **(defaults | values))
    page.areas = [area(slug) for slug in facets["areas"]]
    page.themes = [term(Facet.THEME, slug) for slug in facets["themes"]]
    page.stages = [term(Facet.STAGE, slug) for slug in facets["stages"]]
    page.tags.set([tag(name) for name in tags])
    parent.add_child(instance=page)
    return page


@unreferenced
def contract_index(parent: Page) -> TemplateContractIndexPage:
    page = TemplateContractIndexPage(title="Template contracts", slug="template-contracts", show_in_menus=True)
    parent.add_child(instance=page)
    return page


@unreferenced
def contract(parent: Page, title: str, *, live: bool = True, **values: Any) -> TemplateContractPage:
    """A template contract that has what publishing needs."""
    defaults = {"service": "Fostering", "status": "available", "as_at": AS_AT, "source": "A report, 2007"}
    areas, jurisdictions = values.pop("areas", ()), values.pop("jurisdictions", ())
    page = TemplateContractPage(title=title, live=live, **(defaults | values))
    page.areas = [area(slug) for slug in areas]
    page.jurisdictions = [term(Facet.REGION, slug) for slug in jurisdictions]
    parent.add_child(instance=page)
    return page


@unreferenced
def bulletin_index(home: Page) -> BulletinIndexPage:
    """The archive of issues."""
    page = BulletinIndexPage(title="E-bulletins", slug="bulletins", show_in_menus=True)
    home.add_child(instance=page)
    return page


@unreferenced
def bulletin(parent: Page, title: str = "Winter 2007", **values: Any) -> BulletinPage:
    """An issue that can be sent, but for what `values` say."""
    defaults = {"year": 2007, "season": Season.WINTER, "subject": f"{title}: what is new", "preheader": "In short."}
    page = BulletinPage(title=title, **(defaults | values))
    parent.add_child(instance=page)
    return page
