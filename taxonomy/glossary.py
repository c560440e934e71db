"""The glossary: words of the field, what they mean here, and other words for them, which also feed search."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.text import slugify
from wagtail.search import index


class GlossaryEntry(index.Indexed, models.Model):
    """One word. Every synonym is another way to search for it; a related word is a weaker one."""

    word = models.CharField(max_length=120, help_text="As people usually write it, for example “Payment by results”.")
    slug = models.SlugField(
        max_length=120,
        unique=True,
        blank=True,
        help_text="Part of the entry's web address, such as payment-by-results. If left empty, it is made from the word.",
    )
    meaning = models.TextField(
        max_length=800, help_text="What it means here, in one to three sentences without other difficult words."
    )
    synonyms = models.TextField(
        blank=True,
        help_text="Other words for the same thing, one on each line or separated by commas, for example “PbR”: people who search for one find all.",
    )
    related = models.TextField(
        "related words",
        blank=True,
        help_text="Related words, one on each line or separated by commas: people who search for the word find pages with these too, further down.",
    )
    source = models.CharField(
        max_length=250, blank=True, help_text="Where the definition comes from, if it is someone else's."
    )

    search_fields = [
        index.AutocompleteField("word"),
        index.AutocompleteField("synonyms"),
        index.SearchField("word"),
        index.SearchField("synonyms"),
    ]

    class Meta:
        ordering = ["word"]
        constraints = [models.UniqueConstraint(Lower("word"), name="glossary_word_unique")]
        verbose_name = "glossary entry"
        verbose_name_plural = "glossary"

    def __str__(self) -> str:
        return self.word

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or slugify(self.word)[:120]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.synonyms, self.related = as_lines(self.also()), as_lines(self.near())
        self.slug = (self.slug or slugify(self.word)[:120]).lower()
        if not self.slug:
            raise ValidationError({"slug": "Give a slug: the word has no letters to make one from."})
        if GlossaryEntry.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": "Another entry has this slug: give a different one."})

    @property
    def anchor(self) -> str:
        """Its place on the glossary's page."""
        return f"word-{self.slug}"

    def also(self) -> list[str]:
        return names_in(self.synonyms)

    def near(self) -> list[str]:
        return names_in(self.related)


def names_in(text: str) -> list[str]:
    """Names that stand one a line, or with commas or semicolons between them. One that has a comma itself stands in double
    quotes."""
    found = (quoted or plain for quoted, plain in re.findall(r"[\"“]([^\"”\n\r]+)[\"”]|([^,;\n\r]+)", text))
    return list(dict.fromkeys(name for name in map(_tidy, found) if name))


def _tidy(name: str) -> str:
    return " ".join(re.sub('["“”]', " ", name).split())


def as_lines(names: Iterable[str]) -> str:
    """Names as editors see them: one a line, in quotes where there is a comma within."""
    return "\n".join(f'"{name}"' if re.search("[,;]", name) else name for name in names)


def letter(word: str) -> str:
    """The letter below which a word stands: A to Z, else "#"."""
    first = unicodedata.normalize("NFKD", word)[:1].upper()
    return first if re.fullmatch("[A-Z]", first) else "#"
