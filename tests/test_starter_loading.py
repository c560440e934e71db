"""Loading the starter content: once, and never half of it."""

import tomllib

import pytest
from wagtail.models import Page

import casestudies.starter
import cop_site.starter
from casestudies.models import CaseStudyPage
from cop_site.starter import load_starter
from home.models import HomePage
from taxonomy.models import Facet, Term
from taxonomy.vocabulary import FILE, load_vocabulary

pytestmark = pytest.mark.django_db


def test_an_interrupted_load_leaves_nothing_and_the_next_completes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, terms = Page.objects.count(), Term.objects.count()

    def interrupted(home: Page) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(casestudies.starter, "load", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_starter()
    assert (Page.objects.count(), Term.objects.count(), HomePage.objects.count()) == (pages, terms, 0)
    assert cop_site.starter.load_starter()
    assert CaseStudyPage.objects.live().count() == 5


def test_the_vocabulary_is_loaded_once_and_never_over_an_editor_s_change() -> None:
    rows = tomllib.loads(FILE.read_text())["term"]
    assert load_vocabulary() == len(rows)
    changed = Term.objects.get(facet=Facet.AREA, slug="fostering")
    changed.label, changed.synonyms, changed.parent = "Foster care", "mine", Term.objects.get(slug="health")
    changed.save()
    Term.objects.get(facet=Facet.AREA, slug="volunteering").delete()
    assert load_vocabulary() == 1
    changed.refresh_from_db()
    assert (changed.label, changed.synonyms) == ("Foster care", "mine")
    assert Term.objects.filter(facet=Facet.AREA, slug="volunteering").exists()
    assert {row["facet"] for row in rows} == set(Facet.values)
    assert sorted(Term.objects.filter(facet=Facet.EVIDENCE).values_list("slug", flat=True)) == list("012345")
