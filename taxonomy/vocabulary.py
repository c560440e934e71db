"""The vocabulary and the glossary: their data files, their way into the database, and how search gets to know it."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from search.facets import DIMENSIONS, Value
from search.synonyms import Synonyms
from taxonomy.glossary import GlossaryEntry, as_lines, names_in
from taxonomy.models import SLUG, CuratedTag, Facet, Term, address

FILE = Path(__file__).with_name("vocabulary.toml")
GLOSSARY = Path(__file__).with_name("glossary.toml")
RELATED = 0.4  # what a related word counts beside the word itself


@transaction.atomic
def load_vocabulary(file: Path = FILE) -> int:
    """Add the terms of the data file that are not there yet. A term that is there stays as the editors have it.
    Returns the number of terms added. Raises ValueError where the file names an unknown facet or group."""
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["term"]
    every = Term.all_objects.select_related("merged_into")
    held = {(term.facet, term.slug): term.merged_into or term for term in every}
    added = 0
    for row in rows:
        if row["facet"] not in Facet.values:
            raise ValueError(f"{file.name}: there is no facet {row['facet']!r}")
        slug = row.get("slug") or slugify(row["label"])
        if (row["facet"], slug) in held:
            continue
        parent = held.get((row["facet"], row["parent"])) if row.get("parent") else None
        if row.get("parent") and parent is None:
            raise ValueError(f"{file.name}: {slug} is in an unknown group {row['parent']!r}")
        term = Term(
            facet=row["facet"],
            label=row["label"],
            slug=slug,
            parent=parent,
            synonyms=as_lines(row.get("synonyms", [])),
            scope_note=row.get("scope_note", ""),
            code=row.get("code", ""),
        )
        term.full_clean()
        term.save()
        held[term.facet, term.slug] = term
        added += 1
    return added


@transaction.atomic
def load_glossary(file: Path = GLOSSARY) -> int:
    """Add the words of the data file that are not there yet, under their own name or as an entry's address. Returns the
    number added."""
    held = {word.casefold() for word in GlossaryEntry.objects.values_list("word", flat=True)}
    slugs = set(GlossaryEntry.objects.values_list("slug", flat=True))
    added = 0
    for row in tomllib.loads(file.read_text(encoding="utf-8"))["entry"]:
        if row["word"].casefold() in held or slugify(row["word"]) in slugs:
            continue
        entry = GlossaryEntry(word=row["word"], meaning=row["meaning"])
        entry.synonyms, entry.related = (as_lines(row.get(name, [])) for name in ("synonyms", "related"))
        entry.full_clean()
        entry.save()
        added += 1
    return added


def search_values() -> dict[str, list[Value]]:
    """Every term and tag by search dimension, in the editors' order, each group followed by its own areas."""
    values: dict[str, list[Value]] = {}
    columns = ("pk", "facet", "slug", "label", "parent_id", "scope_note", "synonyms")
    terms = list(Term.objects.filter(facet__in=DIMENSIONS).order_by("sort_order", "pk").values_list(*columns))
    below: dict[int, list[Value]] = {}
    slugs = {pk: slug for pk, _, slug, *_ in terms}
    for _, facet, slug, label, parent, note, synonyms in terms:
        if parent:
            value = Value(slug, label, slugs.get(parent), note, address(facet, slug), tuple(names_in(synonyms)))
            below.setdefault(parent, []).append(value)
    for pk, facet, slug, label, parent, note, synonyms in terms:
        if not parent:
            value = Value(slug, label, None, note, address(facet, slug), tuple(names_in(synonyms)))
            values.setdefault(facet, []).extend([value, *below.get(pk, [])])
    values["tag"] = [
        Value(slug, name) for slug, name in CuratedTag.objects.order_by("name").values_list("slug", "name")
    ]
    return values


def search_synonyms() -> list[Synonyms]:
    """Each term's label with its other words."""
    rows = Term.objects.exclude(synonyms="").order_by("pk").values_list("facet", "label", "synonyms")
    return [found for facet, label, text in rows for found in of_term(facet, label, names_in(text))]


def glossary_synonyms() -> list[Synonyms]:
    entries = GlossaryEntry.objects.order_by("pk")
    return [found for entry in entries for found in of_word(entry.word, entry.also(), entry.near())]


def of_term(facet: str, label: str, others: Sequence[str]) -> list[Synonyms]:
    """A kind of organisation names bodies of that kind: each of them stands for the kind, but not for the others."""
    if facet == Facet.ORGANISATION:
        return [Synonyms((label, other)) for other in others]
    return [Synonyms((label, *others))]


def of_word(word: str, also: Sequence[str], near: Sequence[str]) -> list[Synonyms]:
    """All names of a word mean the same; a related word is weaker."""
    return [Synonyms((word, *also)), *(Synonyms((word, other), RELATED) for other in near)]


def search_aliases(unknown: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """The slugs that some of these old ones lead to, by dimension."""
    slugs = {slug for values in unknown.values() for slug in values if SLUG.fullmatch(slug)}
    aliases: dict[str, dict[str, str]] = {}
    if slugs:
        rows = Term.all_objects.filter(facet__in=unknown, slug__in=slugs, merged_into__isnull=False)
        for facet, slug, today in rows.values_list("facet", "slug", "merged_into__slug"):
            aliases.setdefault(facet, {})[slug] = today
    return aliases
