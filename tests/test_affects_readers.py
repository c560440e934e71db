"""Which writes raise the content version: those that change what a reader sees, and no others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from wagtail.models import Comment, Locale, Page, PageViewRestriction, Workflow

from caching.signals import affects_readers
from caching.version import current
from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from casestudies.rows import Outcome
from core.models import FooterLink, SiteSettings
from core.rate_limits import LimitedUse
from editorial.feedback import Feedback
from search.engine import engine
from search.tasks import catch_up_soon
from tests.factories import area, bulletin, bulletin_index, case_study, note, practice_index
from tests.test_roles import person

SEEN = {
    "bulletins": {"bulletinindexpage", "bulletinpage", "sentcopy"},
    "casestudies": {
        *("casestudyindexpage", "casestudyorganisation", "casestudypage", "casestudyplace", "casestudytag", "contact"),
        *("contract", "cost", "milestone", "outcome", "peoplecount", "period", "relatedlink", "source"),
    },
    "core": {"footerlink", "sitedocument", "siteimage", "sitesettings"},
    "home": {"contentpage", "featuredexample", "glossarypage", "homepage"},
    "organisations": {"organisation"},
    "practice": {
        *("contractversion", "notecontract", "notedocument", "noteexample", "notepoint", "notetag", "pilotsite"),
        *("practiceindexpage", "practicenotepage", "surveyresponse", "templatecontractindexpage"),
        "templatecontractpage",
    },
    "taggit": {"tag", "taggeditem"},
    "taxonomy": {"curatedtag", "glossaryentry", "term"},
    "wagtailcore": {"collection", "collectionviewrestriction", "locale", "page", "pageviewrestriction", "site"},
    "wagtaildocs": {"document"},
    "wagtailembeds": {"embed"},
    "wagtailimages": {"image", "rendition"},
    "wagtailredirects": {"redirect"},
}
NOT_SEEN = {
    "auth": {"group", "permission"},
    "bulletins": {
        *("consent", "delivery", "forgottenaddress", "reader", "readerarea", "readerimport", "refusedline", "sending"),
        "visit",
    },
    "caching": {"contentversion"},
    "community": {"appliedgrant", "user"},
    "contenttypes": {"contenttype"},
    "django_tasks_database": {"dbtaskresult"},
    "core": {"limiteduse", "siterendition"},
    "editorial": {"feedback", "reviewreminder"},
    "mail": {"outgoingmail", "relayedquestion", "serveranswer", "suppressedemail"},
    "search": {"change"},
    "sessions": {"session"},
    "wagtailadmin": {"admin", "editingsession", "formstate"},
    "wagtailcore": {
        *("apitoken", "comment", "commentreply", "groupapprovaltask", "groupcollectionpermission"),
        *("grouppagepermission", "groupsitepermission", "modellogentry", "pagelogentry", "pagesubscription"),
        *("referenceindex", "revision", "task", "taskstate", "uploadedfile", "workflow", "workflowcontenttype"),
        *("workflowpage", "workflowstate", "workflowtask"),
    },
    "wagtailusers": {"userprofile"},
}


def labels(named: dict[str, set[str]]) -> set[str]:
    return {f"{app}.{name}" for app, names in named.items() for name in names}


def test_of_every_model_it_is_said_whether_readers_see_it() -> None:
    """A new model comes into one of these lists; one that readers do not see says `affects_readers = False`."""
    models = [model for model in apps.get_models() if model._meta.app_label != "wagtailsearch"]  # as the database is
    seen = {model._meta.label_lower for model in models if affects_readers(model)}
    assert seen == labels(SEEN)
    assert {model._meta.label_lower for model in models} - seen == labels(NOT_SEEN)
    assert not any(map(affects_readers, apps.get_app_config("wagtailsearch").get_models()))


def test_a_table_that_joins_two_models_goes_by_the_first() -> None:
    joining = {model for model in apps.get_models(include_auto_created=True) if model._meta.auto_created}
    seen = {model._meta.label_lower for model in joining if affects_readers(model)}
    assert {"casestudies.casestudypage_areas", "wagtailcore.pageviewrestriction_groups"} <= seen
    assert not {"community.user_groups", "wagtailcore.groupapprovaltask_groups"} & seen


@pytest.fixture
def study(committed: None, listing: CaseStudyIndexPage) -> CaseStudyPage:
    found = case_study(listing, "First title", slug="first", tags=("known",))
    practice_index(listing.get_parent())
    bulletin_index(listing.get_parent())
    engine().rebuild()
    return found


def visit(study: CaseStudyPage, **options: Any) -> None:
    assert Client().get(study.url, **options).status_code == 200


def drafted(study: CaseStudyPage) -> None:
    """Drafts of each kind, with all their rows and terms, and one that is changed as a whole."""
    terms = {"areas": ("advice",), "tags": ("known",), "organisation": study.organisations.get().organisation}
    made = case_study(study.get_parent(), "A draft", live=False, outcomes=[Outcome(measure="Fewer")], **terms)
    assert made.outcomes.count() == made.areas.count() == made.tags.count() == 1
    Outcome(page=made, measure="More").save()
    note(Page.objects.get(slug="practice"), "A draft", live=False, themes=())
    bulletin(Page.objects.get(slug="bulletins"), live=False)
    study.title = "Only drafted"
    study.save_revision()
    study.refresh_from_db()


def moderated(study: CaseStudyPage) -> None:
    editor, moderator = person("Editors", mail="writer@example.com"), person("Moderators")
    study.save_revision(user=editor)
    state = Workflow.objects.filter(active=True).first().start(study, editor)
    state.current_task_state.specific.reject(user=moderator, comment="Not yet")
    Comment.objects.create(page=study, user=editor, text="Why?", contentpath="title")


def logged_in(study: CaseStudyPage) -> None:
    user = person("Editors")
    user.set_password("correct horse battery")
    user.save()
    client = Client()
    client.force_login(user)
    assert client.get(study.url).status_code == 200
    client.logout()
    user.refresh_from_db()
    assert user.last_login
    user.groups.set(Group.objects.filter(name="Moderators"))


def said_useful(study: CaseStudyPage) -> None:
    Feedback.objects.create(page=study, useful=True)
    LimitedUse.objects.create(key="key", expires_at=timezone.now())


UNSEEN: dict[str, Callable[[CaseStudyPage], object]] = {
    "a log-in": logged_in,
    "drafts": drafted,
    "moderation": moderated,
    "an answer to “Was this useful?”": said_useful,
    "a task": lambda study: catch_up_soon(),
    "a search": lambda study: Client().get("/search/?q=title"),
    "a visit from a bulletin": lambda study: visit(study, data={"issue": "1"}),
    "a lock": lambda study: study.save(update_fields=["locked", "locked_at"]),
    "a day to come": lambda study: study.save(update_fields=["go_live_at", "locked_by"]),
}


def published_later(study: CaseStudyPage) -> None:
    CaseStudyPage.objects.get(slug="a-draft").save_revision().publish()


VISIBLE: dict[str, Callable[[CaseStudyPage], object]] = {
    "publishing": lambda study: study.save_revision().publish(),
    "a draft that is published": published_later,
    "a row of a page": lambda study: Outcome(page=study, measure="Fewer").save(),
    "a row whose page is not at hand": lambda study: Outcome(page_id=study.pk, measure="More").save(),
    "a term": lambda study: area("advice").save(),
    "the settings": lambda study: SiteSettings.for_site(study.get_site()).save(),
    "a link in the footer": lambda study: FooterLink.objects.create(
        settings=SiteSettings.for_site(study.get_site()), label="Law", address="https://law.example"
    ),
    "a language": lambda study: Locale.objects.get().save(),
    "a page that only some may see": lambda study: PageViewRestriction.objects.create(
        page=study, restriction_type=PageViewRestriction.LOGIN
    ),
    "unpublishing": lambda study: study.unpublish(),
    "deleting": lambda study: study.delete(),
}


@pytest.mark.dialect
def test_what_no_reader_sees_raises_no_version(study: CaseStudyPage) -> None:
    SiteSettings.for_site(study.get_site())
    area("advice")
    for name, write in UNSEEN.items():
        before = current()
        write(study)
        assert current() == before, name


@pytest.mark.dialect
def test_what_readers_see_raises_it(study: CaseStudyPage) -> None:
    SiteSettings.for_site(study.get_site())
    case_study(study.get_parent(), "A draft", slug="a-draft", live=False)
    for name, write in VISIBLE.items():
        before = current()
        write(study)
        assert current() != before, name
