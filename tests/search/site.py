"""What the tests of a running site share."""

import datetime
import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import TestCase
from wagtail.models import Page

from search.engine import engine
from search.facets import vocabulary
from search.models import Change
from search.query import Query


def found(text: str = "", **facets: str) -> set[int]:
    """The pages that a question finds."""
    asked = Query(text, {name: (value,) for name, value in facets.items()})
    return {hit.page_id for hit in engine().search(asked, vocabulary(), 1000).hits}


def check(*options: str) -> tuple[int, dict[str, list[int]]]:
    """The exit code of `search_index check --json` and what it says."""
    out = StringIO()
    try:
        call_command("search_index", "check", "--json", *options, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def assert_same_as_database() -> None:
    assert check() == (0, {"missing": [], "extra": [], "stale": []})


def newest() -> int:
    change = Change.objects.order_by("-sequence").first()
    return change.sequence if change else 0


@contextmanager
def committed() -> Iterator[None]:
    """What happens inside is committed at the end: what waits for a commit is run."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


@contextmanager
def noted(*pages: Page) -> Iterator[None]:
    """Exactly these pages are noted in the change log by what happens inside, once it is committed."""
    before = newest()
    with committed():
        yield
    rows = Change.objects.filter(sequence__gt=before).values_list("page_id", flat=True)
    assert set(rows) == {page.pk for page in pages}


def forget_age() -> None:
    """Make every change old, so that nothing is found again merely because it is young."""
    Change.objects.update(time=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))


def publish(page: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()
