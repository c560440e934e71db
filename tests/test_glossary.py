"""The glossary: kept under Vocabulary, shown on one page, found by search."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from core.glossary_link import glossary_url
from home.glossary import GlossaryPage
from home.models import HomePage
from search.engine import engine
from taxonomy.glossary import GlossaryEntry, letter
from taxonomy.vocabulary import load_glossary


@pytest.fixture
def glossary(home: HomePage) -> GlossaryPage:
    page = home.add_child(instance=GlossaryPage(title="Glossary", slug="glossary", introduction="Words."))
    engine().rebuild()
    return page


def test_every_word_has_a_place_of_its_own(glossary: GlossaryPage, client: Client) -> None:
    GlossaryEntry.objects.create(word="payment by results", meaning="Paid <b>later</b>.", synonyms="PbR\n\n OBC ")
    GlossaryEntry.objects.create(word="Élan", meaning="Drive.", source="A dictionary, 2007")
    GlossaryEntry.objects.create(word="360 review", meaning="From all sides.")
    response = client.get("/glossary/")
    assert [(first, [entry.word for entry in entries]) for first, entries in response.context["by_letter"]] == [
        ("#", ["360 review"]),
        ("E", ["Élan"]),
        ("P", ["payment by results"]),
    ]
    html = response.content.decode()
    for expected in (
        'id="word-payment-by-results"',
        "Paid &lt;b&gt;later&lt;/b&gt;.",
        "Also: PbR, OBC",
        "/search/?q=payment%20by%20results",
        "Source: A dictionary, 2007",
    ):
        assert expected in html


def test_an_empty_glossary_says_what_to_do(glossary: GlossaryPage, client: Client) -> None:
    assert "Editors add them under Vocabulary" in client.get("/glossary/").content.decode()


def test_a_word_is_found_as_soon_as_it_is_there_and_no_longer(glossary: GlossaryPage, client: Client) -> None:
    def found(words: str) -> list[str]:
        answer = client.get("/search/", {"q": words, "format": "json"}).json()
        return [hit["url"] for hit in answer["results"]]

    assert found("clawback") == []
    entry = GlossaryEntry.objects.create(word="Clawback", meaning="Money that goes back.")
    engine().sync()
    assert found("clawback") == ["/glossary/"]
    entry.delete()
    engine().sync()
    assert found("clawback") == []


def test_a_hit_is_shown_as_a_sentence(glossary: GlossaryPage, client: Client) -> None:
    GlossaryEntry.objects.create(word="Xylem", meaning="What carries water.", synonyms="wood")
    engine().sync()
    (hit,) = client.get("/search/", {"q": "xylem", "format": "json"}).json()["results"]
    assert "<mark>Xylem</mark>, <mark>wood</mark>: What carries water." in hit["snippet"]


def test_the_address_of_the_glossary(home: HomePage) -> None:
    assert glossary_url() == ""
    page = home.add_child(instance=GlossaryPage(title="Glossary", slug="words"))
    assert glossary_url() == "/words/"
    page.unpublish()
    assert glossary_url() == ""


def test_words_are_kept_once(db: None) -> None:
    GlossaryEntry.objects.create(word="Outcome", meaning="A change.")
    for word, slug in (("outcome", "other"), ("Another", "outcome"), ("???", "")):
        with pytest.raises(ValidationError):
            GlossaryEntry(word=word, slug=slug, meaning="A change.").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryEntry.objects.create(word="OUTCOME", slug="again", meaning="A change.")


@pytest.mark.parametrize(("word", "expected"), [("abc", "A"), ("Ωmega", "#"), ("É", "E"), ("", "#"), ("7", "#")])
def test_letters(word: str, expected: str) -> None:
    assert letter(word) == expected


def test_the_starter_words_are_added_once_and_never_over_an_editor_s(db: None) -> None:
    added = load_glossary()
    assert added == GlossaryEntry.objects.count() > 30
    entry = GlossaryEntry.objects.get(slug="third-sector")
    assert {"VCSE", "voluntary sector", "not-for-profit"} <= set(entry.also())
    entry.word, entry.synonyms = "The third sector", "mine"
    entry.save()
    assert load_glossary() == 0
    entry.refresh_from_db()
    assert entry.synonyms == "mine"
    for kept in GlossaryEntry.objects.all():
        kept.full_clean()


def test_editors_keep_the_words(glossary: GlossaryPage, admin_client: Client) -> None:
    address = "/admin/vocabulary/glossary/new/"
    form = {"word": "Outcome", "slug": "", "meaning": "A change.", "synonyms": "", "related": "", "source": ""}
    assert admin_client.post(address, form).status_code == 302
    assert GlossaryEntry.objects.get().slug == "outcome"
    again = admin_client.post(address, form)
    assert again.status_code == 200
    assert "already exists" in again.content.decode() or "has this slug" in again.content.decode()
    assert "Outcome" in admin_client.get("/admin/vocabulary/glossary/?q=outc").content.decode()
