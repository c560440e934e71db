"""One declaration makes a page type findable."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from casestudies.models import CaseStudyIndexPage, CaseStudyPage
from core import findable
from core.findable import Findable, check_findable
from tests.factories import case_study
from tests.served import ROOT, copy_site, environment

KIND = ROOT / "tests/guides"
AROUND = {"settings.py", "walk.py"}  # of the test, not of the kind


def test_a_new_kind_takes_six_files_and_is_found_everywhere(new_site: Path, tmp_path: Path) -> None:
    files = [path for path in KIND.rglob("*.*") if "__pycache__" not in path.parts and path.name not in AROUND]
    assert len(files) + 1 <= 6, files  # and the line in INSTALLED_APPS
    env = environment(copy_site(new_site, tmp_path)) | {"DJANGO_SETTINGS_MODULE": "tests.guides.settings"}
    command = [sys.executable, "-m", "tests.guides.walk"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "search": [["Zebra crossings", "guide", "How to cross.", ["adult-social-care", "respite"]]],
        "label": ["Guide"],
        "filtered": 1,
        "listing": True,
        "term page": True,
        "sitemap": True,
        "feed": True,
        "content list": True,
        "reviews": True,
        "suggested": True,
        "detail": [],
        "json-ld": True,
        "cite": True,
        "useful": True,
    }


class Forgetful:
    """What a type looks like to the check."""

    kind, label, plural = "forgetful", "", "Forgetful ones"
    FACETS: ClassVar = {"area": "aeras", "colour": "kind"}
    date_field, summary_field = "as_at", "kind"
    search_documents, search_body = Findable.search_documents, Findable.search_body


class Twin(Forgetful):
    label, plural, FACETS, as_at = "Twin", "Twins", {}, None

    def search_body(self) -> str:
        return ""


def test_a_check_names_what_a_type_forgot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_findable() == []
    monkeypatch.setattr(findable, "findable_models", lambda: [Forgetful, Twin])
    told = [(error.obj, error.id, error.msg) for error in check_findable()]
    assert told == [
        (Forgetful, "core.E001", "It has no `label`."),
        (Forgetful, "core.E004", "FACETS names “aeras”, which it does not have."),
        (Forgetful, "core.E003", "Search has no dimension “colour”."),
        (Forgetful, "core.E005", "It has no “as_at”."),
        (Forgetful, "core.E006", "It does not say what its text is: define `search_body`."),
        (Twin, "core.E002", "Another type calls the kind “forgetful” something else."),
    ]


@pytest.mark.django_db
def test_case_studies_are_written_fast_and_as_any_page_would_be(
    listing: CaseStudyIndexPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They read plain rows (casestudies.documents); what `Findable` writes from objects is the same."""
    full = case_study(
        listing,
        "Full",
        areas=("respite", "advice"),
        themes=("outcomes",),
        stages=("plan",),
        beneficiaries=("families",),
        regions=("london",),
        tags=("early help",),
        evidence="2",
    )
    pages = [full, case_study(listing, "Bare")]
    monkeypatch.setattr(CaseStudyPage, "search_body", lambda self: "")
    named = lambda self: [row.organisation.name for row in self.organisations.all()]  # noqa: E731
    monkeypatch.setattr(CaseStudyPage, "search_organisations", named)
    found = CaseStudyPage.objects.filter(pk__in=[page.pk for page in pages])
    fast = {one.page_id: one for one in CaseStudyPage.search_documents(found)}
    plain = {one.page_id: one for one in Findable.search_documents.__func__(CaseStudyPage, found)}  # type: ignore[attr-defined]
    assert fast.keys() == plain.keys() == {page.pk for page in pages}
    for pk, one in plain.items():
        declared = {name: fast[pk].facets[name] for name in one.facets}
        assert replace(fast[pk], body="", facets=declared) == one
