"""No file of the product imports itself in a circle, and the check that says so finds the circles that there are."""

from pathlib import Path

import pytest

from tests.import_circles import ROOT, problems, product


def planted(folder: Path, **files: str) -> list[str]:
    """What the check says of a package `app` of these files."""
    for name, text in files.items():
        path = folder / "app" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return problems(folder, ["app"])


def test_the_product_has_none() -> None:
    assert problems(ROOT, product()) == []


def test_make_lint_looks_for_them() -> None:
    assert "@$(BIN)/python -m tests.import_circles" in (ROOT / "Makefile").read_text()


def test_a_circle_is_named_file_by_file(tmp_path: Path) -> None:
    found = planted(
        tmp_path,
        models="from app import shown\n",
        shown="import app.deep.rows\n",
        deep__rows="from ..models import Page\n",
        views="from app.models import Page\nfrom app import shown\n",  # looks into the circle and is not in it
    )
    assert len(found) == 1
    start, circle = found[0].split(": ")
    assert start == "Files import one another in a circle"
    first, *others = circle.split(" -> ")
    assert others[-1] == first
    follows = dict(zip([first, *others], others, strict=False))
    assert follows == {
        "app/models.py": "app/shown.py",
        "app/shown.py": "app/deep/rows.py",
        "app/deep/rows.py": "app/models.py",
    }


def test_each_of_two_circles_is_named(tmp_path: Path) -> None:
    found = planted(
        tmp_path, one="import app.two\n", two="import app.one\n", three="import app.four\n", four="import app.three\n"
    )
    assert len(found) == 2
    assert {name for line in found for name in ("one", "two", "three", "four") if f"app/{name}.py" in line} == {
        "one",
        "two",
        "three",
        "four",
    }


def test_what_type_checkers_alone_import_is_no_circle(tmp_path: Path) -> None:
    only_types = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.models import Page\n"
    assert planted(tmp_path, models="from app import shown\n", shown=only_types) == []


def test_the_other_branch_of_such_a_condition_counts(tmp_path: Path) -> None:
    both = "if TYPE_CHECKING:\n    import csv\nelse:\n    import app.models\n"
    assert len(planted(tmp_path, models="from app import shown\n", shown=both)) == 1


@pytest.mark.parametrize("method", ["get_context", "get_preview_context", "search_documents", "ready"])
def test_models_may_import_where_they_are_asked(tmp_path: Path, method: str) -> None:
    late = f"class Page:\n    def {method}(self):\n        from app.shown import context\n        return context\n"
    assert planted(tmp_path, models=late, shown="from app.models import Page\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "class Page:\n    def serve(self):\n        from app.shown import context\n",
        "def get_context():\n    from app.shown import context\n",  # no method
        "class Page:\n    def get_context(self):\n        def inner():\n            from app.shown import context\n",
        "async def serve():\n    if True:\n        import app.shown\n",
    ],
)
def test_no_other_function_may_import(tmp_path: Path, text: str) -> None:
    found = planted(tmp_path, models=text, shown="")
    assert len(found) == 1
    assert found[0].startswith("app/models.py:")
    assert "imports app.shown: import it at the top" in found[0]


def test_a_circle_through_such_a_function_is_one(tmp_path: Path) -> None:
    found = planted(tmp_path, models="def serve():\n    import app.shown\n", shown="import app.models\n")
    assert [line.partition(":")[0] for line in found] == ["Files import one another in a circle", "app/models.py"]
