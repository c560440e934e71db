"""`manage.py search_index`: what it prints, and the exit codes that operators build upon."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from search.answers import similar_answer
from search.embedded.engine import EmbeddedEngine
from search.embedded.store import Store
from search.models import Change
from tests.factories import case_study
from tests.search.corpus import entry
from tests.search.site import assert_same_as_database, check, found, newest
from tests.served import manage

pytestmark = pytest.mark.django_db
EVERY_ACTION = """
from django.core.management import CommandError, call_command
for action in ("sync", "rebuild", "check", "rollback"):
    try:
        call_command("search_index", action)
    except CommandError as error:
        print(f"{action}: {error.returncode}, {error}")
"""


def run(action: str, *options: str) -> str:
    out = StringIO()
    call_command("search_index", action, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def three(listing: CaseStudyIndexPage, index: EmbeddedEngine) -> list[CaseStudyPage]:
    pages = [case_study(listing, f"Walnut {number}") for number in range(3)]
    index.sync()
    return pages


def test_status(listing: CaseStudyIndexPage, three: list[CaseStudyPage]) -> None:
    sequence = newest()
    status = {"engine": "embedded", "entries": 3, "sequence": sequence, "lag": 0, "fallback": False}
    assert json.loads(run("status", "--json")) == status
    case_study(listing, "Walnut 4")
    assert json.loads(run("status", "--json"))["lag"] == 1
    assert f"sequence: {sequence}\n" in run("status")


def test_check_says_what_differs_and_repair_makes_it_good(three: list[CaseStudyPage], index: EmbeddedEngine) -> None:
    assert_same_as_database()
    missing, stale, extra = three
    index.store.write({missing.pk: newest(), 10**6: 1}, [entry(10**6)])
    # Behind the change log's back, as a hand in the database does it.
    CaseStudyPage.objects.filter(pk=stale.pk).update(summary="Something else")
    CaseStudyPage.objects.filter(pk=extra.pk).update(live=False)
    wrong = {"missing": [missing.pk], "extra": sorted([extra.pk, 10**6]), "stale": [stale.pk]}
    assert check() == (1, wrong)
    assert check("--repair") == (0, wrong)  # what it found, and mended
    assert_same_as_database()
    assert found("something") == {stale.pk}
    assert found("walnut") == {missing.pk, stale.pk}


@pytest.mark.parametrize("action", ["status", "check"])
def test_without_an_index_the_exit_code_is_two(three: list[CaseStudyPage], action: str) -> None:
    (Path(settings.SEARCH_DIR) / "search.current").unlink()
    with pytest.raises(CommandError, match="rebuild") as raised:
        run(action, "--json")
    assert raised.value.returncode == 2


def test_sync_builds_an_index_where_there_is_none(listing: CaseStudyIndexPage) -> None:
    page = case_study(listing, "Walnut")
    run("sync")
    assert found() == {page.pk}
    assert_same_as_database()
    assert run("sync").startswith("0 pages")


def test_rebuild_makes_good_what_the_log_does_not_know(three: list[CaseStudyPage], index: EmbeddedEngine) -> None:
    Change.objects.all().delete()
    CaseStudyPage.objects.filter(pk=three[0].pk).update(summary="Something else")
    assert run("rebuild").startswith("3 pages")
    assert found("something") == {three[0].pk}
    assert_same_as_database()


def test_a_rebuild_says_when_another_is_at_it(three: list[CaseStudyPage]) -> None:
    with Store(Path(settings.SEARCH_DIR)).rebuilding(0), pytest.raises(CommandError, match="another") as raised:
        run("rebuild")
    assert raised.value.returncode == 2


def test_what_is_published_during_a_rebuild_is_in_the_new_index(
    listing: CaseStudyIndexPage, three: list[CaseStudyPage], index: EmbeddedEngine
) -> None:
    def meanwhile(done: int, total: int) -> None:
        assert (done, total) == (3, 3)
        three[0].unpublish()
        case_study(listing, "Hazelnut")
        assert found("hazelnut")  # in the old index at once

    index.rebuild(meanwhile)
    assert found("hazelnut")
    assert found("walnut") == {page.pk for page in three[1:]}
    assert_same_as_database()


def test_rollback_goes_back_to_the_index_before_and_catches_up(
    listing: CaseStudyIndexPage, three: list[CaseStudyPage], index: EmbeddedEngine
) -> None:
    with pytest.raises(CommandError, match="before") as raised:
        run("rollback")
    assert raised.value.returncode == 2
    first = index.store.current()
    run("rebuild")
    page = case_study(listing, "Hazelnut")
    assert found("hazelnut") == {page.pk}
    assert json.loads(run("rollback", "--json")) == {"written": 1}  # what the index before did not know
    assert index.store.current() == first
    assert found("hazelnut") == {page.pk}
    assert_same_as_database()
    run("rollback")
    assert index.store.current() != first
    assert_same_as_database()


def test_every_action_says_what_it_did_as_json(three: list[CaseStudyPage]) -> None:
    assert json.loads(run("sync", "--json")) == {"written": 0}
    assert json.loads(run("rebuild", "--json")) == {"entries": 3}


def test_similar_pages_are_results_with_a_total_and_facets(three: list[CaseStudyPage], index: EmbeddedEngine) -> None:
    case_study(three[0].get_parent().specific, "Hazelnut", regions=("wales",))
    index.sync()
    answer = similar_answer(three[0].pk)
    assert answer.results.total == len(answer.results.hits)
    kinds = {row.value: row.count for row in answer.results.facets["kind"]}
    assert kinds == ({"case-study": answer.results.total} if answer.results.total else {})
    assert similar_answer(10**12).results.total == 0


def test_a_database_that_is_not_set_up_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = manage(tmp_path, "search_index", "status")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "there is no search index" in done.stderr
    done = manage(tmp_path, "shell", "--no-imports", "-c", EVERY_ACTION)
    assert done.returncode == 0, done.stderr
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    for action in ("check", "rollback"):
        assert told[action].startswith("2, ")
        assert "there is no search index" in told[action]
    for action in ("sync", "rebuild"):  # these make the index that is not there
        assert told[action].startswith("2, ")
        assert "`prepare` sees to that" in told[action]
