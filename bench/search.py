"""How fast search is, beside stock Wagtail search over the same pages on the same machine in the same run.

    python -m bench.search [--sizes 1000,10000,100000] [--queries 200] [--rounds 3] [--json]

Each size has a data folder of its own with case studies made from a seed. Questions of many kinds go to both engines in
turn. From 10,000 pages on stock Wagtail search gets only 30 of them, and each for 10 seconds at most (bench/stock.py says
why); the ratios are of the questions that both were asked. Whole pages are asked for over HTTP, each with a parameter of
its own that nothing reads, beside a bare view that returns as many bytes as one of them.

Where ELASTICSEARCH_URL names a server, the same pages go there too, into an index that is removed at the end, and its answers
are timed beside the embedded engine's in turn, after --warm questions: a cold server is slower.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlencode

from bench.load import Connection, Measured, measure
from bench.pages import ROOT, environment, prepared, serving
from bench.questions import questions

GOAL_SIZE = 100_000
MANY, FEW_FOR_STOCK = 10_000, 30  # of so many pages, so few questions go to stock Wagtail search
LIMIT = 10  # seconds for each of them
SEED_OF_PAGES = 1000  # other questions than those that the engines are asked


@dataclass(frozen=True)
class Figures:
    size: int
    fill_s: float
    build_s: float
    build_peak_mb: float
    index_mb: float
    stock_build_s: float
    p50_ms: float
    p95_ms: float
    stock_p50_ms: float
    stock_p95_ms: float
    stock_asked: int
    stock_cut: int  # of these, questions that took longer than the limit
    ratio: float  # stock's p50 beside ours, of the questions that both were asked
    unranked_ratio: float  # the same where stock need not rank what it finds
    tail: float  # our p95 beside our p50
    update_ms: float  # from the save of a page to the index that holds it
    write_ms: float  # the engine's part of that
    pages_per_s: float
    bare_per_s: float
    beside_bare: float
    elastic_p50_ms: float | None  # nothing of these where there is no server
    elastic_p95_ms: float | None
    elastic_p50_ratio: float | None  # beside the embedded engine's, of the same questions in the same process
    elastic_p95_ratio: float | None
    elastic_per_s: float | None  # entries while it is built, reading them from the database included
    kinds: dict[str, tuple[float, float | None]]  # the p50 of each kind of question: ours, stock's


def step(folder: Path, name: str, **options: int | str) -> dict[str, Any]:
    words = [word for key, value in options.items() for word in (f"--{key}", str(value))]
    command = [sys.executable, "-m", "bench.searching", name, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder, 8000), check=True, stdout=subprocess.PIPE)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


Asked = Sequence[tuple[str, float, tuple[float, float, bool] | None]]


def kinds_of(asked: Asked) -> dict[str, tuple[float, float | None]]:
    found = {}
    for kind in sorted({row[0] for row in asked}):
        ours = [row[1] for row in asked if row[0] == kind]
        stock = [row[2][0] for row in asked if row[0] == kind and row[2]]
        found[kind] = 1000 * percentile(ours, 0.5), 1000 * percentile(stock, 0.5) if stock else None
    return found


def compared(asked: Asked) -> dict[str, Any]:
    ours = [row[1] for row in asked]
    both = [(row[1], *row[2]) for row in asked if row[2]]
    mine, stock, unranked = ([row[place] for row in both] for place in range(3))
    return {
        "p50_ms": 1000 * percentile(ours, 0.5),
        "p95_ms": 1000 * percentile(ours, 0.95),
        "tail": percentile(ours, 0.95) / percentile(ours, 0.5),
        "stock_p50_ms": 1000 * percentile(stock, 0.5),
        "stock_p95_ms": 1000 * percentile(stock, 0.95),
        "stock_asked": len(both),
        "stock_cut": sum(row[3] for row in both),
        "ratio": percentile(stock, 0.5) / percentile(mine, 0.5),
        "unranked_ratio": percentile(unranked, 0.5) / percentile(mine, 0.5),
        "kinds": kinds_of(asked),
    }


def pages(folder: Path, port: int, requests: int, rounds: int, values: dict[str, list[str]]) -> dict[str, Any]:
    """Whole pages a second, and as many bare views of the same size."""
    asked = [f"/search/?{urlencode(one.params(), doseq=True)}" for one in questions(requests, SEED_OF_PAGES, values)]
    totals = {"pages": Measured(), "bare": Measured()}
    with serving(folder, port) as url:
        (folder / "bare" / "search").write_bytes(Connection(url).get(asked[0]))
        for number in range(rounds + 1):
            fresh = f"&fresh={time()}-"
            bare = measure(url, lambda n: "/_util/bare/search", max(4, requests))
            whole = measure(url, lambda n, f=fresh: f"{asked[n % len(asked)]}{f}{n}", max(4, requests))  # type: ignore[misc]
            if number:  # the first round warms both workers
                totals["bare"].add(bare)
                totals["pages"].add(whole)
    found = {name: total.per_second for name, total in totals.items()}
    return {
        "pages_per_s": found["pages"],
        "bare_per_s": found["bare"],
        "beside_bare": found["pages"] / found["bare"],
    }


def beside(found: dict[str, Any]) -> dict[str, float]:
    """Elasticsearch beside the embedded engine."""
    here, there = zip(*found["asked"], strict=True)
    figures = {"elastic_per_s": found["entries"] / found["build_s"]}
    for name, part in (("p50", 0.5), ("p95", 0.95)):
        figures[f"elastic_{name}_ms"] = 1000 * percentile(there, part)
        figures[f"elastic_{name}_ratio"] = percentile(there, part) / percentile(here, part)
    return figures


NO_SERVER = dict.fromkeys(name for name in Figures.__dataclass_fields__ if name.startswith("elastic_"))


def measured(folder: Path, size: int, queries: int, rounds: int, port: int, warm: int) -> Figures:
    def say(name: str, **options: int | str) -> dict[str, Any]:
        sys.stderr.write(f"{size:,}: {name}\n")
        return step(folder, name, **options)

    built = say("fill", size=size) | say("build") | say("stock")
    to_stock = min(FEW_FOR_STOCK, queries) if size >= MANY else queries * rounds
    found = say("ask", queries=queries, rounds=rounds, stock=to_stock, limit=LIMIT)
    server = os.environ.get("ELASTICSEARCH_URL", "")
    other = beside(say("elastic", queries=queries, rounds=rounds, warm=warm, server=server)) if server else NO_SERVER
    sys.stderr.write(f"{size:,}: pages\n")
    served = pages(folder, port, queries, rounds, found["values"])
    updated = say("update")
    updates: dict[str, Any] = {
        "update_ms": 1000 * percentile(updated["whole"], 0.5),
        "write_ms": 1000 * percentile(updated["alone"], 0.5),
    }
    return Figures(size=size, **built, **compared(found["asked"]), **served, **updates, **other)


# What is printed: heading, figure, goal at 100,000 pages.
LINES = (
    ("answer p50, ms", "p50_ms", ""),
    ("answer p95, ms", "p95_ms", ""),
    ("p95 / p50", "tail", "<= 4"),
    ("stock Wagtail p50, ms", "stock_p50_ms", ""),
    ("stock Wagtail p95, ms", "stock_p95_ms", ""),
    ("stock / ours, p50", "ratio", ">= 60"),
    ("the same, stock not ranking", "unranked_ratio", ""),
    ("questions to stock", "stock_asked", ""),
    ("of these cut short", "stock_cut", ""),
    ("update p50, ms: save to index", "update_ms", "<= 5"),
    ("update p50, ms: engine only", "write_ms", "<= 5"),
    ("building, s", "build_s", "<= 150"),
    ("building, peak MB", "build_peak_mb", "<= 500"),
    ("index, MB", "index_mb", ""),
    ("stock Wagtail building, s", "stock_build_s", ""),
    ("Elasticsearch p50, ms", "elastic_p50_ms", ""),
    ("Elasticsearch p95, ms", "elastic_p95_ms", ""),
    ("Elasticsearch / embedded, p50", "elastic_p50_ratio", "<= 2.5"),
    ("Elasticsearch / embedded, p95", "elastic_p95_ratio", "<= 1.5"),
    ("Elasticsearch building, entries/s", "elastic_per_s", ">= 2000"),
    ("/search/ pages a second", "pages_per_s", ""),
    ("bare views a second", "bare_per_s", ""),
    ("page / bare view", "beside_bare", ">= 0.1"),
    ("making the content, s", "fill_s", ""),
)


def table(rows: Sequence[Figures]) -> str:
    sizes = "".join(f"{row.size:>12,}" for row in rows)
    lines = [f"{'':<34}{sizes}   goal at {GOAL_SIZE:,}"]
    for heading, name, goal in LINES:
        if any(getattr(row, name) is None for row in rows):  # there is no server
            continue
        figures = "".join(f"{getattr(row, name):>12.2f}" for row in rows)
        lines.append(f"{heading:<34}{figures}   {goal}".rstrip())
    lines += ["", "p50 by kind of question, ms: ours, stock Wagtail"]
    for kind in rows[0].kinds if rows else ():
        both = [row.kinds.get(kind, (0.0, None)) for row in rows]
        lines.append(
            f"{kind:<34}" + "".join(f"{a:>12.2f}{'-' if b is None else format(b, '.1f'):>12}" for a, b in both)
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000", help="how many case studies, each a run of its own")
    parser.add_argument("--queries", type=int, default=200, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm", type=int, default=3000, help="questions to Elasticsearch before any is timed")
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--start", type=Path, help="the data folder of a new site, which is copied (else one is made)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as name:
        start = prepared(chosen.start, Path(name))
        for size in map(int, chosen.sizes.split(",")):
            folder = Path(name) / str(size)
            shutil.copytree(start, folder)
            rows.append(measured(folder, size, chosen.queries, chosen.rounds, chosen.port, chosen.warm))
            shutil.rmtree(folder)
    sys.stdout.write(json.dumps([asdict(row) for row in rows], indent=1) if chosen.json else table(rows))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
