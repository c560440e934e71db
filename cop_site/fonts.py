"""The headings' font: a Latin subset of Source Serif, made at set-up from an ordinary package, so that no font file is
in the repository and no reader's browser asks anybody else for one."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

# The licence (OFL 1.1) reserves the name "Source": a changed version, as a subset is, must carry another.
FAMILY = "Practice Serif"
FACE = "Semibold"
# Basic Latin, Latin-1, Latin Extended-A, Welsh accents, and the punctuation of English text.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1E80, 0x1E86), 0x1EF2, 0x1EF3]
LETTERS += [
    0x2009,
    0x2010,
    0x2011,
    0x2013,
    0x2014,
    0x2018,
    0x2019,
    0x201C,
    0x201D,
    0x2022,
    0x2026,
    0x20AC,
    0x2192,
    0x2212,
]


def is_built() -> bool:
    return _target().is_file()


def build() -> None:
    """Write the subset below settings.BUILT_DIR, where static files are found. Does nothing where it is there."""
    target = _target()
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(".new")
    _subset(_source(), new)
    new.replace(target)


def _target() -> Path:
    return Path(settings.BUILT_DIR) / "fonts" / f"practice-serif-{FACE.lower()}.woff2"


def _source() -> Path:
    spec = find_spec("font_source_serif_pro")
    if spec is None or not spec.origin:
        raise FileNotFoundError("the package font-source-serif-pro is not installed")
    return Path(spec.origin).with_name("files") / f"SourceSerifPro-{FACE}.ttf"


def _subset(source: Path, target: Path) -> None:
    from fontTools import subset  # needed once, at set-up: every start of Django would wait for it

    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True)
    options.layout_features = ["kern", "liga", "mark", "ccmp", "locl", "lnum", "tnum"]
    options.name_IDs = ["*"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    _rename(font)
    subset.save_font(font, str(target), options)


def _rename(font: "TTFont") -> None:
    """Family, full and PostScript names without the reserved one; copyright and licence stay."""
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = FAMILY.replace(" ", "") if record.nameID == 6 else FAMILY
        elif record.nameID in (7, 18, 21, 22, 25):  # trademark and other spellings of the name
            font["name"].names.remove(record)
