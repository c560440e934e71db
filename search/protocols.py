"""What an engine must do, and the errors that it may raise."""

from collections.abc import Sequence
from typing import Protocol

from search.facets import Vocabulary
from search.query import Query
from search.results import Hit, Results, Suggestion
from search.synonyms import NONE, Thesaurus


class Unavailable(Exception):
    """No index can answer now."""


class Waiting(Unavailable):
    """The same, as was said before: the log need not say it again."""


class Busy(Exception):
    """Another process is rebuilding the index."""


class Progress(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


class Engine(Protocol):
    name: str

    def search(self, query: Query, vocabulary: Vocabulary, per_page: int = 10, thesaurus: Thesaurus = NONE) -> Results:
        """The answer, synonyms included. Raises Unavailable where there is no index."""

    def suggest(self, text: str, count: int = 8, vocabulary: Vocabulary | None = None) -> tuple[Suggestion, ...]:
        """Titles, values of facets and organisations of which every typed word begins a word, likest first. Only what
        has pages. `vocabulary` is that of today where none is given."""

    def similar(self, page_id: int, count: int = 4, vocabulary: Vocabulary | None = None, kind: str = "") -> Results:
        """The pages, of one kind where it is named, that share most with this one, likest first; none where the page is not in the index. The total is
        of the pages that are given, and so are the facets, which are counted only with a vocabulary."""

    def hits(self, page_ids: Sequence[int]) -> tuple[Hit, ...]:
        """These pages in this order, less those that are not in the index."""

    def sync(self) -> int:
        """Catch up with the change log; build the index anew where there is none or it is damaged. Nobody who waits for a
        page calls this. Returns the number of pages written. Raises Waiting where the log has said already why not."""

    def rebuild(self, progress: Progress | None = None) -> int:
        """Build the index anew beside the old one and change over at the end. Returns the number of entries."""

    def tidy(self) -> None:
        """What is done now and then, so that answers stay fast. The minute jobs call it."""

    def rollback(self) -> int:
        """Go back to the index before the last rebuild and catch up from the log. Returns the number of pages written.
        Raises Unavailable where there is none."""

    def sequence(self) -> int:
        """The last change that the index has taken in."""

    def stored(self) -> dict[int, str]:
        """The fingerprint of every entry by page id, to compare with the database."""

    def repair(self, page_ids: list[int]) -> None:
        """Write these pages anew from the database."""


class SiteEngine(Engine, Protocol):
    """What the site asks: one engine, or one with another that stands in for it."""

    @property
    def local(self) -> "LocalEngine":
        """The index on this machine, which needs no other: the engine itself where that is all there is."""

    def answering(self) -> Engine:
        """The one that answers now. Raises Unavailable where none does."""


class LocalEngine(SiteEngine, Protocol):
    """The index on this machine."""

    def catch_up(self) -> int:
        """Take in what the change log holds, and build nothing. Returns the number of pages written. Raises Unavailable
        where the index cannot take it in."""

    def is_well(self) -> bool:
        """Whether the index answers questions and nothing is known against it. It is asked as it is, and takes in
        nothing. Raises Unavailable where it cannot answer."""
