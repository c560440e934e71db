"""The glossary's page: every entry in the order of the alphabet, each with an address of its own on the page."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.models import Page

from core.restrictions import CachedRestrictions
from search import changes
from search.documents import Document, plain
from taxonomy.glossary import GlossaryEntry, letter


class GlossaryPage(CachedRestrictions, Page):
    """The words are kept under Vocabulary; this page shows all of them."""

    introduction = models.CharField(
        max_length=300, blank=True, help_text="One sentence above the words: what the glossary is for."
    )

    max_count = 1
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "home/glossary_page.html"
    content_panels = [*Page.content_panels, "introduction"]

    class Meta:
        verbose_name = "glossary"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        entries = sorted(GlossaryEntry.objects.all(), key=lambda entry: (letter(entry.word), entry.word.casefold()))
        by_letter = [(first, list(group)) for first, group in groupby(entries, key=lambda entry: letter(entry.word))]
        return super().get_context(request, *args, **kwargs) | {"by_letter": by_letter}

    @classmethod
    def search_documents(cls, pages: models.QuerySet["GlossaryPage"]) -> Iterable[Document]:
        return (page._entry() for page in pages)

    def _entry(self) -> Document:
        # With the signs that a sentence has: parts of this are shown below a hit.
        told = [f"{', '.join([entry.word, *entry.also()])}: {entry.meaning}" for entry in GlossaryEntry.objects.all()]
        return Document(
            page_id=self.pk,
            kind="page",
            title=plain(self.title),
            url=self.get_url() or "",
            summary=plain(self.introduction or self.search_description),
            body=plain(" ".join(told)),
        )


def reindex(**kwargs: Any) -> None:
    """A word has changed, and with it what the glossary's page says."""
    changes.record(GlossaryPage.objects.values_list("pk", flat=True))
