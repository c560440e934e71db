"""Findable pages: one declaration gives a page type its place in search, lists, feeds, the admin and e-bulletins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.checks import CheckMessage, Error
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import Page, get_page_models

from core.restrictions import CachedRestrictions
from search.documents import Document, plain
from search.facets import DIMENSIONS
from search.sources import Facts, Kind
from taxonomy.models import TWO_LEVELS

NAMED = ("tag", "area", "theme", "beneficiary")  # dimensions whose values' names are found as words


class Findable(CachedRestrictions, Page):
    """A page that readers can search for. Everything findable is public; drafts and profiles never become documents."""

    kind: ClassVar[str] = ""  # its slug in URLs, such as "case-study"
    label: ClassVar[str] = ""  # "Case study"
    plural: ClassVar[str] = ""  # "Case studies", also the heading of its section on the pages of terms
    kind_order: ClassVar[int] = 50
    is_news: ClassVar[bool] = True  # whether an e-bulletin may suggest a new one
    asks_if_useful: ClassVar[bool] = True
    # Dimension of search -> where its values are: names of fields, as in a lookup ("kept_by__organisation_type").
    FACETS: ClassVar[Mapping[str, str]] = {}
    # Fields or properties.
    date_field: ClassVar[str] = "as_at"
    summary_field: ClassVar[str] = "summary"
    search_related: ClassVar[Sequence[str]] = ()  # relations that the methods below read

    class Meta:
        abstract = True

    def search_body(self) -> str:
        """Everything that a reader of the page can read, as plain text."""
        raise NotImplementedError

    def search_words(self) -> Iterable[str]:
        """Names that count like its tags: those of its terms and organisations do without being given here."""
        return ()

    def search_organisations(self) -> Iterable[str]:
        return ()

    @classmethod
    def search_documents(cls, pages: QuerySet[Any]) -> Iterable[Document]:
        """A document for each page of this query, which is of this type, with a bounded number of queries."""
        paths = [f"{path}__parent" if name in TWO_LEVELS else path for name, path in cls.FACETS.items()]
        return (page.search_document() for page in pages.prefetch_related(*paths, *cls.search_related))

    @classmethod
    def export_facts(cls, pages: QuerySet[Any]) -> Iterable[tuple[int, Facts]]:
        """What the CSV of a list says of these pages beside what the index knows: columns of search.csv_facts."""
        return ()

    def search_document(self) -> Document:
        values = {name: _with_groups(name, follow(self, path)) for name, path in self.FACETS.items()}
        organisations = unique(self.search_organisations())
        named = [_name(value) for name in NAMED for value in values.get(name, ())]
        return Document(
            page_id=self.pk,
            kind=self.kind,
            title=plain(self.title),
            url=self.get_url() or "",
            summary=plain(getattr(self, self.summary_field)),
            body=self.search_body(),
            tags=unique([*self.search_words(), *organisations, *named]),
            organisations=organisations,
            facets={name: tuple(sorted({value.slug for value in found})) for name, found in values.items()},
            date=getattr(self, self.date_field),
        )


def follow(page: Any, path: str) -> list[Any]:
    """What is at the end of a path of fields, through any number of rows. Nothing is asked for that is prefetched."""
    found = [page]
    for name in path.split("__"):
        held = (getattr(one, name) for one in found)
        found = [
            one for value in held if value is not None for one in (value.all() if hasattr(value, "all") else [value])
        ]
    return found


def unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain(word) for word in dict.fromkeys(words) if word)


def joined(texts: Iterable[str]) -> str:
    """Texts as one line of plain text."""
    return " ".join(filter(None, map(plain, texts)))


def _with_groups(dimension: str, values: list[Any]) -> list[Any]:
    groups = {one.parent.pk: one.parent for one in values if one.parent} if dimension in TWO_LEVELS else {}
    return [*groups.values(), *values]


def _name(value: Any) -> str:
    return str(value.label if hasattr(value, "label") else value.name)


def findable_models() -> list[type[Findable]]:
    return [model for model in get_page_models() if issubclass(model, Findable)]


def indexable(pages: QuerySet[Any]) -> QuerySet[Any]:
    """The one rule for what may be found: live, public, not past its expiry."""
    found = pages.live().public()  # type: ignore[attr-defined]
    return found.filter(Q(expire_at__isnull=True) | Q(expire_at__gt=timezone.now()))


class FindablePages:
    """The source of documents (search.sources) for all types of findable pages."""

    def kinds(self) -> Iterator[Kind]:
        for model in findable_models():
            yield Kind(model.kind, model.label, model.plural, model.kind_order)

    def ids(self) -> Iterator[int]:
        for model in findable_models():
            yield from indexable(model.objects.all()).values_list("pk", flat=True)

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        for model in _types_of(ids):
            yield from model.search_documents(indexable(model.objects.filter(pk__in=ids)))

    def facts(self, ids: Sequence[int]) -> dict[int, Facts]:
        return {
            pk: facts
            for model in _types_of(ids)
            for pk, facts in model.export_facts(indexable(model.objects.filter(pk__in=ids)))
        }


def _types_of(ids: Sequence[int]) -> list[type[Findable]]:
    """The types that these pages have. One look at them: a change of one page asks its own type, not every type."""
    there = set(Page.objects.filter(pk__in=ids).values_list("content_type_id", flat=True))
    get = ContentType.objects.get_for_model  # kept in memory by Django
    return [model for model in findable_models() if get(model).pk in there]


def check_findable(**kwargs: Any) -> list[CheckMessage]:
    """A system check: what a findable page type forgot."""
    called: dict[str, tuple[str, str]] = {}
    found: list[CheckMessage] = []
    for model in findable_models():
        found += _declared(model)
        if model.search_documents.__func__ is Findable.search_documents.__func__:  # type: ignore[attr-defined]
            found += _can_be_written(model)
        if called.setdefault(model.kind, (model.label, model.plural)) != (model.label, model.plural):
            found.append(
                Error(f"Another type calls the kind “{model.kind}” something else.", obj=model, id="core.E002")
            )
    return found


def _declared(model: type[Findable]) -> Iterator[CheckMessage]:
    for name in ("kind", "label", "plural"):
        if not getattr(model, name):
            yield Error(f"It has no `{name}`.", obj=model, id="core.E001")
    for dimension, path in model.FACETS.items():
        if dimension not in DIMENSIONS:
            yield Error(f"Search has no dimension “{dimension}”.", obj=model, id="core.E003")
        if not hasattr(model, path.split("__")[0]):
            yield Error(f"FACETS names “{path}”, which it does not have.", obj=model, id="core.E004")


def _can_be_written(model: type[Findable]) -> Iterator[CheckMessage]:
    """Of a type that leaves it to `Findable` to write its documents."""
    for name in (model.date_field, model.summary_field):
        if not hasattr(model, name):
            hint = "Name a field or property in `date_field` and `summary_field`."
            yield Error(f"It has no “{name}”.", hint=hint, obj=model, id="core.E005")
    if model.search_body is Findable.search_body:
        yield Error("It does not say what its text is: define `search_body`.", obj=model, id="core.E006")
