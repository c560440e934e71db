"""A question finds what it names however it is typed: signs, invisible characters, compounds, sums, plurals, order."""

import unicodedata

import pytest

from search.query import Query
from search.results import Results
from search.synonyms import Synonyms, gathered
from tests.search.corpus import VOCABULARY, Build, Corpus, entry

FILLER = "Nothing of it stands here and nothing goes with it"
CARE, SHEDS, SAFE, FOLDED = range(10, 12), range(20, 23), range(30, 33), range(40, 52)
PAGES = [
    entry(10, "Edge of care", body=FILLER),
    *(entry(page, f"Care {page}", body="The care of people near the edge of a town.") for page in range(11, 15)),
    entry(20, "A men's shed", body=FILLER),
    entry(21, "A men’s shed", body=FILLER),
    entry(22, "A menʼs shed", body=FILLER),
    entry(30, "safe\u00adguard\u00ading", body=FILLER),
    entry(31, "Safeguarding", body=FILLER),
    entry(32, "Safe\u200bguarding", body=FILLER),
    entry(40, "Beneﬁts", body=FILLER),
    entry(41, "CO₂", body=FILLER),
    entry(42, "Ten m² of garden", body=FILLER),
    entry(43, "Łódź", body=FILLER),
    entry(44, "Smørrebrød", body=FILLER),
    entry(45, "An Œuvre", body=FILLER),
    entry(46, "Hauptstraße", body=FILLER),
    entry(50, "codesign", body=FILLER),
    entry(51, "A co-design group", body=FILLER),
    entry(52, "To co‑design it", body=FILLER),
    entry(53, "Ways to co design", body=FILLER),
    *(
        entry(60 + 3 * number + place, f"Form {form} there", body=FILLER)
        for number, (first, second) in enumerate(
            [
                ("key", "worker"),
                ("wrap", "around"),
                ("drop", "in"),
                ("e", "learning"),
                ("pre", "school"),
                ("re", "offending"),
                ("multi", "agency"),
                ("day", "centre"),
            ]
        )
        for place, form in enumerate((first + second, f"{first}-{second}", f"{first} {second}"))
    ),
    entry(100, "A grant of £1,200", body=FILLER),
    entry(101, "A grant of £633,333", body=FILLER),
    entry(102, "A grant of £1,250,000", body=FILLER),
    entry(103, "A grant of £1.25m", body=FILLER),
    entry(104, "A grant of £1.25 million", body=FILLER),
    entry(105, "A grant of £200,000 and 1 200", body=FILLER),
    entry(110, "A&E attendances", body=FILLER),
    entry(111, "An e-bulletin and a note", body=FILLER),
    entry(112, "Accidents: A & E", body=FILLER),
    entry(120, "A s.75 agreement", body=FILLER),
    entry(121, "S75 agreements", body=FILLER),
    entry(122, "Section 75 agreements", body=FILLER),
    entry(123, "Section 3, and 75 places", body=FILLER),
    entry(130, "The university", body=FILLER),
    entry(131, "Universal credit", body=FILLER),
    entry(132, "By one author", body=FILLER),
    entry(133, "A local authority", body=FILLER),
    entry(134, "News of today", body=FILLER),
    entry(135, "A new start", body=FILLER),
    entry(136, "Several of them", body=FILLER),
    entry(137, "A severe winter", body=FILLER),
    entry(138, "Communications", body=FILLER),
    entry(139, "Communities", body=FILLER),
    entry(140, "Housing", body=FILLER),
    entry(141, "House rules", body=FILLER),
    entry(150, "Nine centres and 90 places for children", body="children children centres"),
    entry(151, "About Children's Centres in one county and in its neighbours", body=FILLER),
    entry(152, "Seven of them in year two, 7 places", body="7 years, 7 a year"),
    entry(153, "Pupils of year 7 in one county and in its neighbours", body=FILLER),
    *(entry(page, f"Filler {page}", body=f"{FILLER}, says page {page}") for page in range(200, 240)),
]


# What people type, to be put together at random.
TYPED = (
    *(
        "“edge of care”",
        "‘co design’",
        "men's",
        "mens",
        "shed",
        "codesign",
        "co-design",
        "co",
        "design",
        "-“co design”",
    ),
    *("keyworkers", "drop in", "drop", "in", "e", "learning", "elearning", "reoffending", "-reoffending", "day centre"),
    *("£1,200", "1250000", "£1.25m", "1.25 million", "A&E", "a", "&", "and", "s.75", "section", "75", "-s75", "year 7"),
    *(
        "children's centres",
        "centre",
        "university",
        "housing",
        "houses",
        "news",
        "what we've",
        "£",
        "😀",
        "safe\u00adguarding",
    ),
    *(
        "smørrebrød",
        "m²",
        "keywroker",
        "univrsity",
        '"section 75"',
        '"keyworker form"',
        "author*",
        "co-des*",
        "-co-des*",
    ),
)


@pytest.fixture(scope="module")
def found(build: Build) -> Corpus:
    return build(PAGES)


def ask(found: Corpus, text: str) -> Results:
    return found.engine.search(Query(text), VOCABULARY, 100)


def exact(found: Corpus, text: str) -> list[int]:
    return sorted(hit.page_id for hit in ask(found, text).hits if hit.exact)


QUOTES = [
    '"{}"',
    "“{}”",
    "„{}“",
    "”{}”",
    "«{}»",
    "»{}«",
    "‹{}›",
    "‘{}’",
    "‚{}‘",
    "'{}'",
    "＂{}＂",
    "「{}」",
    "〝{}〞",
    "❝{}❞",
    "″{}″",
]


@pytest.mark.parametrize("quotes", QUOTES)
def test_every_quotation_mark_opens_and_closes(found: Corpus, quotes: str) -> None:
    answer = ask(found, quotes.format("edge of care"))
    assert [hit.page_id for hit in answer.hits] == [10]
    assert exact(found, quotes.format("men's shed")) == [20, 21, 22]
    assert 11 in {hit.page_id for hit in ask(found, f"care -{quotes.format('edge of care')}").hits}
    assert 10 not in {hit.page_id for hit in ask(found, f"care -{quotes.format('edge of care')}").hits}


@pytest.mark.parametrize("typed", ["mens", "men's", "men’s", "men\u02bcs", "men`s", "MEN´S", "men＇s"])
def test_every_apostrophe_is_one_and_none_is_needed(found: Corpus, typed: str) -> None:
    assert exact(found, f"{typed} shed") == exact(found, f'"{typed} shed"') == [20, 21, 22]
    assert "<mark>men’s</mark>" in next(hit.title_html for hit in ask(found, typed).hits if hit.page_id == 21)


def test_every_dash_is_one(found: Corpus) -> None:
    dashes = [chr(code) for code in range(0x2000, 0x2100) if unicodedata.category(chr(code)) == "Pd"]
    for dash in [*dashes, "-", "－", "−", "﹣"]:
        assert exact(found, f"co{dash}design") == [50, 51, 52, 53], dash
        assert 50 not in {hit.page_id for hit in ask(found, f"form {dash}codesign").hits}


@pytest.mark.parametrize(
    "typed", ["safeguarding", "safe\u00adguarding", "safe\u200bguard\u2060ing", "\ufeffsafeguarding"]
)
def test_characters_that_nobody_sees_separate_nothing(found: Corpus, typed: str) -> None:
    hits = {hit.page_id: hit for hit in ask(found, typed).hits}
    assert sorted(hits) == list(SAFE)
    assert hits[30].title_html == "<mark>safe\u00adguard\u00ading</mark>"


@pytest.mark.parametrize(
    ("typed", "page", "marked"),
    [
        ("benefits", 40, "Beneﬁts"),
        ("beneﬁts", 40, "Beneﬁts"),
        ("co2", 41, "CO₂"),
        ("m2", 42, "m²"),
        ("m²", 42, "m²"),
        ("lodz", 43, "Łódź"),
        ("smorrebrod", 44, "Smørrebrød"),
        ("oeuvre", 45, "Œuvre"),
        ("hauptstrasse", 46, "Hauptstraße"),
        ("HAUPTSTRAẞE", 46, "Hauptstraße"),
    ],
)
def test_ligatures_and_strokes_are_letters(found: Corpus, typed: str, page: int, marked: str) -> None:
    (hit,) = ask(found, typed).hits
    assert hit.page_id == page
    assert f"<mark>{marked}</mark>" in hit.title_html


@pytest.mark.parametrize("typed", ["codesign", "co-design", "co design", '"co design"', '"codesign"', "CoDesign"])
def test_each_form_of_a_compound_finds_the_others(found: Corpus, typed: str) -> None:
    assert exact(found, typed) == [50, 51, 52, 53]


@pytest.mark.parametrize(
    ("number", "forms"),
    enumerate(
        [
            ("keyworker", "key-worker", "key worker", "keyworkers"),
            ("wraparound", "wrap-around", "wrap around"),
            ("dropin", "drop-in", "drop in"),
            ("elearning", "e-learning", "e learning"),
            ("preschool", "pre-school", "pre school"),
            ("reoffending", "re-offending", "re offending"),
            ("multiagency", "multi-agency", "multi agency", "multi-agencies"),
            ("daycentre", "day-centre", "day centre", "day centres"),
        ]
    ),
)
def test_compounds_need_no_list(found: Corpus, number: int, forms: tuple[str, ...]) -> None:
    for form in forms:
        assert exact(found, form) == [60 + 3 * number + place for place in range(3)], form


@pytest.mark.parametrize(
    ("typed", "pages"),
    [
        ("1200", [100]),
        ("£1,200", [100]),
        ("633333", [101]),
        ("1250000", [102, 103, 104]),
        ("£1,250,000", [102, 103, 104]),
        ("£1.25m", [102, 103, 104]),
        ("1.25 million", [102, 103, 104]),
        ("£200k", [105]),
        ("A&E", [110, 112]),
        ("a & e", [110, 112]),
        ("A and E", [110, 112]),
        ("s.75", [120, 121, 122]),
        ("s75", [120, 121, 122]),
        ("S 75", [120, 121, 122]),
        ("section 75", [120, 121, 122]),
        ("§75", [120, 121, 122]),
    ],
)
def test_sums_and_codes_find_what_they_name(found: Corpus, typed: str, pages: list[int]) -> None:
    answer = ask(found, typed)
    assert sorted(hit.page_id for hit in answer.hits) == pages
    assert all("<mark>" in hit.title_html for hit in answer.hits)
    assert answer.suggestion is None


def test_a_sum_is_marked_whole_and_no_part_of_another(found: Corpus) -> None:
    titles = {hit.page_id: hit.title_html for hit in ask(found, "£1,200 grant").hits}
    assert titles[100] == "A <mark>grant</mark> of £<mark>1,200</mark>"
    assert titles[105] == "A <mark>grant</mark> of £200,000 and 1 200"


@pytest.mark.parametrize(
    ("typed", "page", "other"),
    [
        ("university", 130, 131),
        ("universal", 131, 130),
        ("author", 132, 133),
        ("authorities", 133, 132),
        ("news", 134, 135),
        ("new", 135, 134),
        ("several", 136, 137),
        ("severe", 137, 136),
        ("communications", 138, 139),
        ("community", 139, 138),
        ("housing", 140, 141),
        ("houses", 141, 140),
    ],
)
def test_words_whose_stems_met_by_accident_are_two(found: Corpus, typed: str, page: int, other: int) -> None:
    assert [hit.page_id for hit in ask(found, typed).hits] == [page]
    assert other not in {hit.page_id for hit in ask(found, typed).hits}


def test_the_word_as_it_is_written_counts_more_than_its_stem(build: Build) -> None:
    pages = [entry(1, "Mentored people"), entry(2, "Mentoring people"), *(entry(page) for page in range(3, 30))]
    found = build(pages)
    assert [hit.page_id for hit in ask(found, "mentored").hits] == [1, 2]
    assert [hit.page_id for hit in ask(found, "mentoring").hits] == [2, 1]


@pytest.mark.parametrize(("typed", "first"), [("children's centres", 151), ("year 7", 153)])
def test_words_that_stand_together_as_typed_count_more(found: Corpus, typed: str, first: int) -> None:
    assert ask(found, typed).hits[0].page_id == first


def test_they_count_more_in_a_body_too(build: Build) -> None:
    bodies = {1: "a year of 7 places, 7 in a year", 2: f"{FILLER} pupils of year 7 and others"}
    found = build([*(entry(page, body=body) for page, body in bodies.items()), *(entry(n) for n in range(3, 30))])
    assert [hit.page_id for hit in ask(found, "year 7").hits][:2] == [2, 1]


def test_no_stop_word_is_required_and_none_uses_up_the_limit(build: Build) -> None:
    found = build([entry(1, "What was learned: foyers"), entry(2, "Last walnut", body=FILLER)])
    assert exact(found, "what we've learned about foyers") == [1]
    assert exact(found, f"{'what is it if we do not have any of these ' * 4} walnut") == [2]


@pytest.mark.parametrize("typed", ["£", "%", "😀", "-", "* *", '""', "£ % &", "&", "\u200b£"])
def test_where_there_is_nothing_to_look_for_nothing_is_listed(found: Corpus, typed: str) -> None:
    answer = ask(found, typed)
    assert (answer.total, answer.exact, answer.hits) == (0, 0, ())
    assert ask(found, "").total == len(PAGES)


@pytest.mark.parametrize("typed", ["section 75", "key worker", "form", "width", '"nothing of it"', "wiht"])
def test_what_the_index_has_is_never_corrected_nor_to_a_stop_word(found: Corpus, typed: str) -> None:
    assert ask(found, typed).suggestion is None


def test_a_phrase_that_finds_something_stays_as_it_is(build: Build) -> None:
    found = build(
        [entry(1, "Supportd walnut", body="housing"), *(entry(page, "Supported housing") for page in range(2, 20))]
    )
    assert ask(found, "“supportd walnut” housng").suggestion == "“supportd walnut” housing"
    assert ask(found, "supportd").suggestion is None


def test_compounds_of_a_page_that_was_just_written_are_known(build: Build) -> None:
    found = build([entry(1, "Codesign"), entry(2, "Walnut")])
    found.write({3: 2}, [entry(3, "Ways to co design")])
    assert exact(found, "codesign") == exact(found, "co design") == [1, 3]
    found.write({3: 3}, [entry(3, "Walnut")])
    assert exact(found, "codesign") == exact(found, "co design") == [1]


def test_what_has_synonyms_may_be_written_in_any_way(build: Build) -> None:
    known = gathered([Synonyms(("co-production", "shared design"))])
    found = build(
        [entry(1, "Coproduction"), entry(2, "Co-production"), entry(3, "A shared design"), entry(4, "Walnut")]
    )
    for typed in ("coproduction", "co production", "co-production"):
        hits = found.engine.search(Query(typed), VOCABULARY, 10, known).hits
        assert sorted(hit.page_id for hit in hits) == [1, 2, 3], typed
