"""Covers, maps, fonts and the page of components."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.images import ImageFile
from django.test import Client, RequestFactory
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from casestudies.models import CaseStudyIndexPage
from cop_site import fonts
from cop_site.components import components
from core.covers import cover
from core.models import SiteImage
from core.regions import TILES, tiles
from home.models import HomePage
from search.engine import engine
from tests.factories import case_study


@given(st.integers(0, 2**40), st.text(max_size=30), st.integers(0, 9), st.integers(1, 8), st.integers(1, 6))
def test_a_cover_is_the_same_each_time_and_carries_no_text(
    page_id: int, group: str, stages: int, columns: int, rows: int
) -> None:
    drawn = cover(page_id, group, stages, columns, rows)
    assert drawn == cover(page_id, group, stages, columns, rows)
    assert set(re.findall(r"[<\s]([a-zA-Z]+)[=\s>]", drawn)) <= {"svg", "path", "class", "d", "viewBox", "focusable"}
    assert drawn.count(".25 .5a") <= stages, "a dot for each stage, at most"


def test_covers_differ_by_page_and_are_akin_by_group() -> None:
    assert len({cover(number, "housing", 1) for number in range(50)}) == 50
    palettes = {re.findall(r"cover-\w+", cover(number, "housing", 1))[0] for number in range(50)}
    assert len(palettes) == 1


def test_the_map_fills_the_regions_and_what_stands_for_many() -> None:
    assert {tile.slug for tile in tiles(["london"]) if tile.filled} == {"london"}
    assert {tile.slug for tile in tiles(["uk-wide"]) if tile.filled} == set(TILES)
    england = {tile.slug for tile in tiles(["england-wide"]) if tile.filled}
    assert set(TILES) - england == {"wales", "scotland", "northern-ireland"}
    assert not any(tile.filled for tile in tiles(["atlantis"]))
    assert [tile.slug for tile in tiles(counts={"london": 2, "wales": 0}) if tile.filled] == ["london"]
    assert len({(tile.x, tile.y) for tile in tiles()}) == len(TILES)


def test_the_font_is_made_small_once_and_under_a_name_of_its_own(settings: object, tmp_path: Path) -> None:
    settings.BUILT_DIR = tmp_path  # type: ignore[attr-defined]
    fonts.build()
    files = sorted((tmp_path / "fonts").iterdir())
    assert [file.name for file in files] == ["practice-serif-regular.woff2", "practice-serif-semibold.woff2"]
    before = files[0].stat().st_mtime_ns
    fonts.build()
    assert files[0].stat().st_mtime_ns == before
    for file in files:
        assert file.stat().st_size < 25_000
        font = TTFont(file)
        assert {ord(letter) for letter in "aé£ŵ’–"} <= set(font.getBestCmap())
        names = {record.nameID: str(record) for record in font["name"].names}
        # The licence reserves "Source": only the copyright and licence lines may say it.
        assert [names[number] for number in (1, 4)] == [fonts.FAMILY, fonts.FAMILY]
        assert "Open Font License" in names[13]


@pytest.mark.django_db
def test_a_case_study_shows_its_cover_stages_and_region(listing: CaseStudyIndexPage, client: Client) -> None:
    page = case_study(listing, "Drawn", regions=("london",), stages=("plan", "do"), evidence="2")
    engine().rebuild()
    html = client.get(page.url).content.decode()
    assert str(cover(page.pk, "group", 2, 4, 4)) in html
    assert html.count('<rect class="filled"') == 1
    assert html.count('<span class="step filled">') == 2 * 2
    assert html.count("step filled reached") == 2
    kind = html.split('class="kind kind-case-study"')[1].split("</p>")[0]
    assert kind.count("arc filled") == 2
    wordmark = html.split('class="wordmark"')[1].split("</a>")[0]
    assert wordmark.count("arc filled") == 4, "the logo is whole, whatever the page tells of"


@pytest.mark.django_db
def test_a_photograph_takes_the_cover_s_place_and_is_described(listing: CaseStudyIndexPage, client: Client) -> None:
    file = io.BytesIO()
    Image.new("RGB", (900, 700), "#0b5a4a").save(file, "PNG")
    picture = SiteImage.objects.create(
        title="A garden", alt_text="A garden with a bench", credit="A photographer", file=ImageFile(file, "garden.png")
    )
    page = case_study(listing, "HasImage", picture=picture)
    engine().rebuild()
    html = client.get(page.url).content.decode()
    assert 'alt="A garden with a bench"' in html
    assert "Picture: A photographer" in html
    assert 'class="cover cover-' not in html
    card = client.get("/").content.decode().split("lead-card")[1].split("</article>")[0]
    assert 'alt=""' in card, "beside its title the picture says nothing more"


# Parts of every page's frame, and of forms that stand on pages of their own.
ELSEWHERE = {"files.html", "footer.html", "menu.html", "results_head.html", "search_head.html"} | {
    *("open_form.html", "trap.html", "log_in.html", "table_cell.html", "table_rows.html"),
}


@pytest.mark.django_db
def test_the_page_of_components_shows_every_component(home: HomePage, rf: RequestFactory) -> None:
    html = components(rf.get("/components/")).content.decode()
    assert "{#" not in html
    source = (settings.BASE_DIR / "templates/cop_site/components.html").read_text()
    files = {path.name for path in (settings.BASE_DIR / "templates/components").iterdir()}
    assert {name for name in files if f"components/{name}" not in source} == ELSEWHERE
    for shown in (
        "evidence-scale",
        "region-map",
        "not-reported",
        "data-remove",
        "pagination",
        "lead-card",
        "notice",
        "copyable",
    ):
        assert shown in html


@pytest.mark.django_db
def test_components_are_not_public(home: HomePage, client: Client) -> None:
    assert client.get("/components/").status_code == 404
