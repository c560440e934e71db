"""Synonyms however they are typed, and tags chosen from their list."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from practice.models import PracticeNotePage
from search.synonyms import thesaurus
from taxonomy.glossary import GlossaryEntry, as_lines, names_in
from taxonomy.merging import merge
from taxonomy.models import CuratedTag, Facet, Term
from tests.factories import case_study, note, practice_index, tag, term
from tests.forms import complete, edit_url
from tests.test_practice_editor import complete_note


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("PbR, payment on results", ["PbR", "payment on results"]),
        ("PbR\r\nOBC", ["PbR", "OBC"]),
        ("one; two ,three\n\n four,,", ["one", "two", "three", "four"]),
        ('"county, district or borough", council', ["county, district or borough", "council"]),
        ("“county, district”; council", ["county, district", "council"]),
        ('half a "quote, two', ["half a quote", "two"]),
        ("one, one", ["one"]),
        (" , ;\n", []),
    ],
)
def test_names_are_split_at_commas_semicolons_and_lines(typed: str, names: list[str]) -> None:
    assert names_in(typed) == names
    assert names_in(as_lines(names)) == names


@pytest.mark.django_db
def test_commas_in_synonyms_and_related_words_reach_search(admin_client: Client) -> None:
    theme = term(Facet.THEME, "outcomes", "Outcomes")
    form = {"label": "Outcomes", "slug": "outcomes", "synonyms": "results, impact", "scope_note": "", "code": ""}
    admin_client.post(f"/admin/vocabulary/theme/edit/{theme.pk}/", form | {"introduction": "null"})
    theme.refresh_from_db()
    assert theme.synonyms == "results\nimpact"
    word = {"word": "Tender", "slug": "", "meaning": "An offer.", "source": ""}
    word |= {"synonyms": "bid, offer to contract", "related": "quote, price"}
    admin_client.post("/admin/vocabulary/glossary/new/", word)
    entry = GlossaryEntry.objects.get()
    assert (entry.also(), entry.near()) == (["bid", "offer to contract"], ["quote", "price"])
    # Those that were typed before commas were split are split where they are read.
    GlossaryEntry.objects.filter(pk=entry.pk).update(synonyms="bid, offer")
    entry.refresh_from_db()
    entry.save()
    known = thesaurus()
    assert ("bid",) in known
    assert ("result",) in known


@pytest.mark.django_db
def test_a_label_with_a_comma_stays_whole_when_its_term_is_merged() -> None:
    old = term(Facet.ORGANISATION, "unitary", "Unitary, metropolitan or London borough council", synonyms="UA")
    merge(old, term(Facet.ORGANISATION, "council", "Council"))
    council = Term.find(Facet.ORGANISATION, "council")
    assert council
    assert council.also_called() == ["Unitary, metropolitan or London borough council", "UA"]
    council.full_clean()
    assert council.also_called() == ["Unitary, metropolitan or London borough council", "UA"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["case study", "note"])
def test_tags_are_ticked_in_their_list(kind: str, listing: CaseStudyIndexPage, admin_client: Client) -> None:
    for name in ("early help", "health, care", "prevention"):
        tag(name)
    if kind == "note":
        page: CaseStudyPage | PracticeNotePage = note(
            practice_index(listing.get_parent()), "Tagged", tags=("early help",)
        )
        form = complete_note(title="Tagged")
    else:
        page = case_study(listing, "Tagged", tags=("early help",))
        form = complete(page)
    boxes = _boxes(admin_client.get(edit_url(page)).content.decode())
    assert boxes == {"early help": True, "health, care": False, "prevention": False}
    chosen = ['"health, care"', '"prevention"', '"not on the list"']
    answer = admin_client.post(edit_url(page), form | {"tags": chosen, "action-publish": "1"})
    assert answer.status_code == 302
    page = type(page).objects.get(pk=page.pk)
    assert sorted(one.name for one in page.tags.all()) == ["health, care", "prevention"]
    assert not CuratedTag.objects.filter(name="not on the list").exists()
    # What was ticked stays so where the form comes back.
    refused = admin_client.post(
        edit_url(page), form | {"tags": ['"health, care"'], "source_url": "no url", "title": ""}
    )
    assert _boxes(refused.content.decode())["health, care"]
    admin_client.post(edit_url(page), form | {"action-publish": "1"})
    assert not type(page).objects.get(pk=page.pk).tags.exists()


def _boxes(html: str) -> dict[str, bool]:
    """The boxes by what they send, and whether each is ticked."""
    found = re.findall(r'<input type="checkbox" name="tags" value="&quot;(.*?)&quot;"(.*?)>', html, re.DOTALL)
    return {name: "checked" in rest for name, rest in found}


def test_a_tag_has_no_quotation_marks() -> None:
    with pytest.raises(ValidationError, match="quotation marks"):
        CuratedTag(name='so-called "best"').clean()
