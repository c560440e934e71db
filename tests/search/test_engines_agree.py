"""The same question of both engines: everything but the order by relevance is the same to the letter."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.documents import Document
from search.elastic.hits import FEW
from search.query import Query
from search.results import Results
from search.synonyms import NONE, Synonyms, Thesaurus, gathered
from tests.search import test_spelling, test_suggest, test_synonyms
from tests.search.corpus import VOCABULARY, WORDS, Corpus, corpus, elastic_corpus, entry, made_up
from tests.search.test_matching import QUERIES, prop
from tests.search.test_text import ANY, NASTY

pytestmark = pytest.mark.elasticsearch
Pair = tuple[Corpus, Corpus]
ODD = [
    entry(1, NASTY, body=NASTY, summary=NASTY, tags=(NASTY, "Blue tag"), organisations=(NASTY, "Blue tag")),
    entry(2, "Straße Œuvre æther ﬁnance Ⅻ ½ İstanbul", body="naïve CAFÉ cafe\u0301s e\u0331x हिन्दी 東京 ǆ K"),
    entry(3, "user_name example.org O'Neill’s 24/7 A&E", body="x" * 400 + " " + "y" * 255 + " " + "y" * 256),
    entry(4, "generously generalised generations", body="universities university universal " * 40),
    entry(5, "\ud800 \ufffe ", body="ﷺ ٣ ۴ ² x² _ __ -"),
]
PAGES = {
    "made up": [*made_up(5, 200), *(replace(item, page_id=item.page_id + 1000) for item in ODD)],
    "few": made_up(3, 12),
    "odd": ODD,
    "spelling": test_spelling.PAGES,
    "synonyms": test_synonyms.PAGES,
    "suggest": test_suggest.PAGES,
}
SAID = st.one_of(
    st.lists(st.sampled_from([*WORDS, "-zulu", '"alpha bravo"', "al*", "-del*", "nosuch", "alhpa"]), max_size=5),
    st.lists(
        st.sampled_from(
            [
                "straße",
                "strasse",
                "œuvre",
                "oeuvre",
                "æther",
                "finance",
                "ﬁnance",
                "xii",
                "½",
                "istanbul",
                "i̇stanbul",
                "cafes",
                "e̱x",
                "हिन्दी",
                "हिन",
                "東",
                "東*",
                "ǆ",
                "k",
                "user",
                "name",
                "user_name",
                "example.org",
                "o'neill’s",
                "24/7",
                "a&e",
                "generous",
                "general",
                "universe",
                "univers*",
                "x²",
                "2",
                "٣",
                "-",
                "_",
                "*",
                '"',
                "commisioning",
                "servises",
                "suported",
                "suporte*",
                "homelesness",
                "blue-ta*",
                "-blue-ta*",
                "third",
                "sector",
                "vcse",
                "care",
                "children",
            ]
        ),
        max_size=4,
    ),
    ANY.map(lambda text: [text]),
).map(" ".join)
KNOWN = {"": NONE, "known": test_synonyms.KNOWN, "own": gathered([Synonyms(("alpha", "delta zulu", "omega"), 0.5)])}


@pytest.fixture(scope="module")
def pairs(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    def both(folder: Path, pages: list[Document]) -> Pair:
        return corpus(folder, pages), elastic_corpus(elasticsearch_url, pages)

    return {name: both(tmp_path_factory.mktemp("pair"), pages) for name, pages in PAGES.items()}


def asked(pair: Pair, query: Query, per_page: int, known: Thesaurus) -> tuple[Results, Results]:
    here, there = (found.engine.search(query, VOCABULARY, per_page, known) for found in pair)
    return here, there


@prop(150)
@given(name=st.sampled_from(sorted(PAGES)), query=QUERIES, text=st.none() | SAID, known=st.sampled_from(sorted(KNOWN)))
@example(name="odd", query=Query(), text="y" * 255, known="")
@example(name="odd", query=Query(), text="y" * 256 + " alpha", known="")
@example(
    name="made up", query=Query(), text=" ".join(f"{word}{number}" for number in range(8) for word in WORDS), known=""
)
@example(name="made up", query=Query(page=10**12), text="alpha", known="")
def test_both_engines_say_the_same(
    pairs: dict[str, Pair], name: str, query: Query, text: str | None, known: str
) -> None:
    query = query if text is None else replace(query, text=text)
    here, there = asked(pairs[name], replace(query, page=1), FEW, KNOWN[known])
    if here.total > FEW:
        here, there = asked(pairs[name], replace(query, page=1), 1000, KNOWN[known])
    if query.sort != "relevance":
        assert [hit.page_id for hit in there.hits] == [hit.page_id for hit in here.hits]

    def by_id(found: Results) -> Results:
        hits = sorted(found.hits, key=lambda hit: hit.page_id)
        if len(hits) > FEW:  # of so many the bodies are not read
            hits = [replace(hit, snippet_html="") for hit in hits]
        # The engine's own name and time aside.
        return replace(found, hits=tuple(hits), engine="", took_ms=0)

    assert by_id(there) == by_id(here)
    # Any page of it, and pages past the end.
    here, there = asked(pairs[name], query, 7, KNOWN[known])
    assert replace(there, hits=(), engine="", took_ms=0) == replace(here, hits=(), engine="", took_ms=0)
    assert len(there.hits) == len(here.hits)
    assert sum(hit.exact for hit in there.hits) == sum(hit.exact for hit in here.hits)


@prop(60)
@given(name=st.sampled_from(sorted(PAGES)), typed=SAID | ANY | st.text(alphabet="abcdegnorstuvwxéß- ", max_size=4))
def test_both_suggest_the_same(pairs: dict[str, Pair], name: str, typed: str) -> None:
    for vocabulary in (VOCABULARY, test_suggest.WORDS):
        here, there = (found.engine.suggest(typed, 8, vocabulary) for found in pairs[name])
        assert there == here


@pytest.mark.parametrize("name", sorted(PAGES))
def test_both_find_the_same_pages_alike(pairs: dict[str, Pair], name: str) -> None:
    for page in list(pairs[name][0].entries)[:40]:
        for kind in ("", "bulletin"):
            here, there = (found.engine.similar(page, 4, VOCABULARY, kind) for found in pairs[name])
            assert replace(there, engine="", took_ms=0) == replace(here, engine="", took_ms=0)


def test_both_show_the_same_of_pages(pairs: dict[str, Pair]) -> None:
    for here, there in pairs.values():
        pages = [*reversed(list(here.entries)), 99_999, 0, 2**70]
        assert there.engine.hits(pages) == here.engine.hits(pages)
