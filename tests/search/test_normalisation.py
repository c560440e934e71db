"""Any text has one form in which it is compared, and each of its characters has a place in the text."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from search.analysis import clean, parse
from search.normalisation import aligned, folded, is_invisible, normalised
from search.stemming import STEMS

SIGNS = "aBs's’‘“„–‑&%£1275,.kmn ﬁ²ßŁœİ\u00ad\u200b\u0301Ⅻ½٣ﷺ and million"
TEXTS = st.text(max_size=80) | st.text(alphabet=SIGNS, max_size=40)


@given(TEXTS)
@example("A&E, s.75 and £1.25m: men’s beneﬁts, safe\u00adguarding")
def test_every_character_comes_from_a_place_in_the_text(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    plain, origin = aligned(composed)
    assert plain == normalised(text)
    if origin is None:
        assert len(plain) == len(composed)
    else:
        assert len(origin) == len(plain)
        assert origin == sorted(origin)
        assert all(0 <= place < len(composed) for place in origin)


@given(TEXTS)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert not any(is_invisible(char) for char in clean(text))


@given(st.characters())
def test_a_quotation_mark_opens_and_closes_whatever_it_looks_like(char: str) -> None:
    if unicodedata.category(char) in ("Pi", "Pf"):
        assert parse(f"{char}edge of care{char}").phrases == (("edge", "of", "care"),)


@given(TEXTS)
def test_single_quotation_marks_within_double_ones_are_left_alone(text: str) -> None:
    inner = text.replace('"', " ")
    assert parse(f"\"best 'of' all\" {inner}").phrases[0] == ("best", "of", "all")


@given(st.text(alphabet="abcdeghilnorstuy", max_size=14))
def test_a_stem_is_never_empty_nor_longer_than_its_word(word: str) -> None:
    assert len(STEMS[word]) <= len(word) + 1
    assert bool(STEMS[word]) == bool(word)
