"""The glossary's page: every entry in the order of the alphabet, each with an address of its own on the page."""

from itertools import groupby
from typing import Any

from django.db import models
from django.http import HttpRequest
from wagtail.models import Page

from home.plain_page import PlainPage
from search import changes
from search.documents import plain
from taxonomy.glossary import GlossaryEntry, letter


class GlossaryPage(PlainPage):
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

    @property
    def search_summary(self) -> str:
        return self.introduction or self.search_description

    @property
    def as_at(self) -> None:
        """Its words change one by one: there is no day for which all of it is true."""

    def search_body(self) -> str:
        # With the signs that a sentence has: parts of this are shown below a hit.
        entries = GlossaryEntry.objects.all()
        return plain(" ".join(f"{', '.join([entry.word, *entry.also()])}: {entry.meaning}" for entry in entries))


def reindex(**kwargs: Any) -> None:
    """A word has changed, and with it what the glossary's page says."""
    changes.record(GlossaryPage.objects.values_list("pk", flat=True))
