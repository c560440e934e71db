"""The benchmarks run and print what they promise. What they measure is no matter here."""

import json
import subprocess
import sys

import pytest

from tests.served import ROOT

pytestmark = pytest.mark.bench


def test_bench_pages_compares_each_page_with_the_bare_view() -> None:
    command = [sys.executable, "-m", "bench.pages", "--sizes", "5,12", "--requests", "8", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout[done.stdout.index("[\n") :])
    measured = {(row["size"], row["page"], row["kind"]) for row in rows}
    pages = ("home", "listing", "case study", "search")
    assert measured == {
        (size, page, kind) for size in (5, 12) for page in pages for kind in ("bare", "cached", "uncached")
    }
    for row in rows:
        assert row["per_second"] > 0
        assert 0 < row["p50"] <= row["p95"]
        assert (row["ratio"] == 1) == (row["kind"] == "bare")


def test_bench_search_asks_both_engines() -> None:
    command = [sys.executable, "-m", "bench.search", "--sizes", "40", "--queries", "10", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout[done.stdout.index("[\n") :])
    assert row["pages"] == 40
    assert all(value > 0 for value in row.values())
    assert row["ours p50 ms"] <= row["ours p95 ms"]
