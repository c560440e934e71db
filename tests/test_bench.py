"""The benchmarks run and print what they promise. What they measure is no matter here."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bench import bulletin, content
from bench.pages import serving
from bench.search import Figures, table
from casestudies.models import CaseStudyIndexPage
from organisations.models import Organisation
from taxonomy.vocabulary import load_vocabulary
from tests.served import ROOT, environment

pytestmark = pytest.mark.bench


def printed(new_site: Path, module: str, *options: str) -> list[dict[str, Any]]:
    """The rows that a benchmark prints, which begins with a copy of a site that is there."""
    command = [sys.executable, "-m", module, "--start", str(new_site), "--json", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout[done.stdout.index("[\n") :])
    return rows


def test_bench_pages_compares_each_page_with_the_bare_view(new_site: Path) -> None:
    rows = printed(new_site, "bench.pages", "--sizes", "12", "--requests", "8", "--rounds", "1")
    measured = {(row["size"], row["page"], row["kind"]) for row in rows}
    pages = ("home", "listing", "case study", "search")
    assert measured == {(12, page, kind) for page in pages for kind in ("bare", "cached", "uncached")}
    for row in rows:
        assert row["per_second"] > 0
        assert 0 < row["p50"] <= row["p95"]
        assert (row["ratio"] == 1) == (row["kind"] == "bare")


def test_bench_cached_counts_what_was_made_while_editors_published(new_site: Path) -> None:
    (row,) = printed(new_site, "bench.cached", "--size", "5", "--pages", "6", "--seconds", "2", "--every", "1")
    assert (row["asked"], row["published"]) == (200, 2)
    assert 0 < row["made"] < row["asked"]
    assert row["from_cache"] == 1 - row["made"] / row["asked"]
    assert 0 < row["p50"] <= row["p95"]


def test_bench_content_runs_as_it_says(tmp_path: Path) -> None:
    """By itself, without any setting of Django's; where nothing is prepared it says what to do."""
    command = [sys.executable, "-m", "bench.content", "3"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "There is no list of case studies to fill: run `manage.py prepare` first.\n",
    )


def test_bench_content_adds_as_many_more(listing: CaseStudyIndexPage, client: Client) -> None:
    load_vocabulary()
    for made in (2, 4):
        content.fill(2, index=False)
        listing.refresh_from_db()
        assert (listing.get_children().live().count(), listing.numchild) == (made, made)
    assert Organisation.objects.count() == 200
    assert client.get("/case-studies/made-3/").status_code == 200


def test_another_server_on_the_port_is_not_measured(tmp_path: Path) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"Hello")

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(RuntimeError, match="another server answers"), serving(tmp_path, server.server_port):
            pass
        server.shutdown()


def test_bench_search_compares_with_stock_wagtail_and_prints_its_goals(new_site: Path) -> None:
    (row,) = printed(new_site, "bench.search", "--sizes", "30", "--queries", "13", "--rounds", "1")
    assert row["size"] == 30
    assert len(row["kinds"]) == 13
    assert all(ours > 0 and stock > 0 for ours, stock in row["kinds"].values())
    assert (row["stock_asked"], row["stock_cut"]) == (13, 0)
    positive = (
        "ratio",
        "unranked_ratio",
        "update_ms",
        "write_ms",
        "build_s",
        "build_peak_mb",
        "index_mb",
        "beside_bare",
    )
    assert all(row[name] > 0 for name in positive)
    assert 0 < row["p50_ms"] <= row["p95_ms"]
    goals = {line.rsplit("  ", 1)[-1].strip() for line in table([Figures(**row)]).splitlines() if "=" in line}
    assert goals == {"<= 4", ">= 60", "<= 5", "<= 150", "<= 500", ">= 0.1"}


def test_bench_bulletin_compares_with_send_mass_mail_and_prints_its_goals(new_site: Path) -> None:
    rows = [bulletin.Row(**row) for row in printed(new_site, "bench.bulletin", "--sizes", "30")]
    assert [(row.readers, row.sent) for row in rows] == [(30, 30)]
    for row in rows:
        assert row.mass_per_second > 0
        assert row.ratio == pytest.approx(row.mass_per_second / row.per_second)
        assert 0 < row.peak_mb < 1000
    assert "at most 1.5 times" in bulletin.table(rows)
