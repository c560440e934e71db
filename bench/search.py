"""How fast the search answers, beside stock Wagtail search over the same pages in the same run.

    python -m bench.search [--sizes 1000,10000,100000] [--queries 200] [--json]

For each size a site is filled with case studies from a seed. Our index is built in a process of its own (seconds, greatest
memory, bytes). Stock Wagtail search is its database backend over title, summary and body, with the facets counted by the ORM,
and the database ANALYZEd. Then mixed questions from a seed are asked of both, one after the other, each answer with its total,
its facet counts and ten hits; of 100,000 pages stock is asked 30. Last, whole /search/ pages over HTTP, made anew, beside the
bare view of bench.pages. Ratios are of the same run.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.content import WORDS
from bench.load import Measured, measure
from bench.pages import ROOT, environment, run, serving

STOCK_AT_MOST = 30  # questions of a large site
LARGE = 50_000
UPDATES = 30
GOALS = {
    "p50 of stock / ours": "at 100,000: 60 or more",
    "ours p95 / p50": "4 or less",
    "update p50 ms": "5 or less",
    "building s": "at 100,000: 150 or less",
    "building MB": "at 100,000: 500 or less",
    "page / bare": "at 100,000: 0.1 or more",
}

Params = Mapping[str, list[str]]


def questions(count: int, seed: int = 2) -> list[dict[str, list[str]]]:
    """Mixed questions as an address would have them; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (reproducible on purpose)
    filters = [
        {"area": ["respite"]},
        {"area": ["health"], "region": ["north-west", "wales"]},
        {"theme": ["outcomes"], "stage": ["plan"]},
        {"evidence": ["3", "4", "5"]},
        {"beneficiary": ["carers"], "year_from": ["2005"], "year_to": ["2015"]},
    ]
    found = []
    for number in range(count):
        words = chance.sample(WORDS, 3)
        kind = number % 10
        rare = str(chance.randint(0, 900))  # stands in one title
        asked: dict[str, list[str]] = {"q": [" ".join(words[: 1 + kind % 3])]}
        if kind in (3, 4, 5):
            asked |= chance.choice(filters)
        if kind == 6:
            asked = {"q": [f"{words[0]} {rare}"]}
        if kind == 7:
            asked = chance.choice(filters) | {"sort": [chance.choice(["newest", "title"])]}
        if kind == 8:
            asked = {"q": [f'"{words[0]} {words[1]}" {words[2]}']}
        if kind == 9:
            asked |= {"page": [str(chance.randint(2, 30))]}
        found.append(asked)
    return found


def build() -> dict[str, float]:
    """Build our index; seconds, the process's greatest memory in MB, and the index in MB."""
    from django.conf import settings

    from search.engine import engine

    started = time.perf_counter()
    entries = engine().rebuild()
    seconds = time.perf_counter() - started
    size = sum(file.stat().st_size for file in Path(settings.SEARCH_DIR).glob("search-*"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"entries": entries, "seconds": seconds, "memory": memory, "size": size / 2**20}


class Stock:
    """Wagtail's own search, as its documentation shows it."""

    MANY = ("areas", "themes", "stages", "beneficiaries", "regions")
    ONE = ("evidence_level", "status", "contract_form")
    FIELDS = {
        "area": "areas",
        "theme": "themes",
        "stage": "stages",
        "beneficiary": "beneficiaries",
        "region": "regions",
    }

    def __init__(self) -> None:
        from modelsearch.backends import get_search_backend
        from wagtail.search import index

        from casestudies.models import CaseStudyPage

        self.model = CaseStudyPage
        # As much as our own index holds.
        CaseStudyPage.search_fields = [*CaseStudyPage.search_fields, index.SearchField("body")]
        self.backend = get_search_backend("modelsearch.backends.database")

    def build(self) -> float:
        from django.db import connection

        started = time.perf_counter()
        ids = list(self.model.objects.live().values_list("pk", flat=True))
        for start in range(0, len(ids), 500):
            self.backend.add_bulk(self.model, list(self.model.objects.filter(pk__in=ids[start : start + 500])))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return time.perf_counter() - started

    def ask(self, params: Params) -> int:
        """The total; the facet counts and hits are made and thrown away."""
        from django.db.models import Count

        pages: Any = self.model.objects.live().public()
        text = " ".join(params.get("q", [])).replace('"', "")
        if text:
            pages = self.backend.search(text, pages, operator="and").get_queryset()
        for name, field in self.FIELDS.items():
            if name in params:
                chosen = {f"{field}__slug__in": params[name]}
                pages = pages.filter(pk__in=self.model.objects.filter(**chosen).order_by().values("pk"))
        if "evidence" in params:
            pages = pages.filter(evidence_level__slug__in=params["evidence"])
        if "year_from" in params:
            pages = pages.filter(as_at__year__range=(int(params["year_from"][0]), int(params["year_to"][0])))
        order = params.get("sort", [""])[0]
        if order:
            pages = pages.order_by("title" if order == "title" else "-as_at", "pk")
        found = pages.order_by().values("pk")
        for field in self.MANY:
            relation: Any = self.model._meta.get_field(field)
            rows = relation.remote_field.through.objects.filter(casestudypage_id__in=found).order_by().values("term_id")
            list(rows.annotate(pages=Count("pk")))
        for field in self.ONE:
            list(self.model.objects.filter(pk__in=found).order_by().values(field).annotate(pages=Count("pk")))
        first = (int(params.get("page", ["1"])[0]) - 1) * 10
        list(pages[first : first + 10])
        return int(pages.count())


def ask(count: int, stock_at_most: int) -> dict[str, Any]:
    """Both engines, question by question in turn; milliseconds each."""
    from caching.version import begin_request, end_request
    from casestudies.models import CaseStudyPage
    from search.answers import Values, answer
    from search.engine import engine

    stock = Stock()
    stock_seconds = stock.build()
    ours: list[float] = []
    theirs: list[float] = []
    asked = questions(count)
    for _ in range(2):  # a process that answers is warm
        for params in asked[:20]:
            answer(Values(params))
    for number, params in enumerate(asked):
        begin_request()
        started = time.perf_counter()
        answer(Values(params))
        ours.append((time.perf_counter() - started) * 1000)
        end_request()
        if number < stock_at_most:
            started = time.perf_counter()
            stock.ask(params)
            theirs.append((time.perf_counter() - started) * 1000)
    pages = list(CaseStudyPage.objects.order_by("pk").values_list("pk", flat=True)[:UPDATES])
    updates = []
    for page in pages:
        started = time.perf_counter()
        engine().repair([page])
        updates.append((time.perf_counter() - started) * 1000)
    return {"ours": ours, "stock": theirs, "updates": updates, "stock_building": stock_seconds}


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def over_http(folder: Path, port: int, requests: int) -> tuple[float, float]:
    """Whole pages a second, and those of the bare view with the same bytes."""
    from bench.load import Connection

    path = "/search/?q=housing+support&region=north-west"
    (folder / "bare").mkdir(exist_ok=True)
    with serving(folder, port) as url:
        (folder / "bare" / "search").write_bytes(Connection(url).get(path))
        made, bare = Measured(), Measured()
        for number in range(4):
            fresh = f"{path}&fresh={time.time()}-"
            page = measure(url, lambda n, f=fresh: f"{f}{n}", requests)  # type: ignore[misc]
            plain = measure(url, lambda n: "/_util/bare/search", requests * 4)
            if number:  # the first round warms both workers
                made.add(page)
                bare.add(plain)
    return made.per_second, bare.per_second


def child(folder: Path, *words: str) -> Any:
    command, env = [sys.executable, "-m", "bench.search", *words], environment(folder, 8000)
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return json.loads(done.stdout)


def measured(folder: Path, size: int, queries: int, port: int) -> dict[str, float]:
    building = child(folder, "--build")
    found = child(
        folder, "--ask", "--queries", str(queries), "--stock", str(STOCK_AT_MOST if size > LARGE else queries)
    )
    page, bare = over_http(folder, port, 40)
    ours, stock = found["ours"], found["stock"]
    same = ours[: len(stock)]
    return {
        "pages": size,
        "ours p50 ms": median(ours),
        "ours p95 ms": percentile(ours, 0.95),
        "stock p50 ms": median(stock),
        "stock p95 ms": percentile(stock, 0.95),
        "p50 of stock / ours": median(stock) / median(same),
        "ours p95 / p50": percentile(ours, 0.95) / median(ours),
        "update p50 ms": median(found["updates"]),
        "building s": building["seconds"],
        "building MB": building["memory"],
        "index MB": building["size"],
        "stock building s": found["stock_building"],
        "page / bare": page / bare,
        "pages a second": page,
    }


def table(rows: list[dict[str, float]]) -> str:
    lines = [f"{'':<22}" + "".join(f"{row['pages']:>12,.0f}" for row in rows) + "  goal"]
    lines += [
        f"{name:<22}" + "".join(f"{row[name]:>12.2f}" for row in rows) + f"  {GOALS.get(name, '')}"
        for name in list(rows[0])[1:]
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--stock", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.build or chosen.ask:
        import django

        django.setup()
        sys.stdout.write(json.dumps(build() if chosen.build else ask(chosen.queries, chosen.stock)))
        return
    rows = []
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as name:
        start = Path(name) / "start"
        start.mkdir()
        run(start, "manage.py", "prepare")
        for size in map(int, chosen.sizes.split(",")):
            folder = Path(name) / str(size)
            shutil.copytree(start, folder)
            run(folder, "-m", "bench.content", str(size), "--no-index")
            rows.append(measured(folder, size, chosen.queries, chosen.port))
            shutil.rmtree(folder)
    sys.stdout.write(f"{json.dumps(rows, indent=1) if chosen.json else table(rows)}\n")


if __name__ == "__main__":
    main()
