"""How much of what anonymous readers ask for comes from the page cache while editors publish.

    python -m bench.cached [--seconds 60] [--rate 100] [--pages 60] [--every 10] [--size 200] [--json]

The site is served by `manage.py serve` as people get it. Readers come at a steady rate, whether or not the last one has an
answer, to pages that are as unequal as words (Zipf: the second is asked for half as often as the first, the third a third as
often). At the start and then as often as it is said a case study is published again with another title, which readers see on
several pages. What came from the cache is what no process has made: each that makes a page notes it (bench.settings).
The last line says whether at least nine in ten came from the cache.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Connection, Measured
from bench.pages import STARTER, environment, prepared, run, serving

GOAL = 0.9
READERS = 16  # connections, of which most wait most of the time
BROWSER = "Accept-Encoding: gzip, deflate, br"
PUBLISHED = "/case-studies/disc-lancashire/"
FIRST = (
    *("/", "/case-studies/", "/search/", PUBLISHED, "/practice/", "/bulletins/", "/service-areas/", "/feed/"),
    *("/search/?q=housing", "/search/?q=housing+support&region=north-west", "/search/?q=young+people", "/glossary/"),
)


@dataclass(frozen=True)
class Row:
    asked: int
    made: int
    published: int
    from_cache: float  # part of what was asked for
    p50: float
    p95: float


def visited(pages: int) -> list[str]:
    """The pages, the one that is asked for most first."""
    return [*FIRST, *(f"/case-studies/made-{number}/" for number in range(pages - len(FIRST)))][:pages]


def drawn(pages: Sequence[str], count: int) -> list[str]:
    weights = [1 / rank for rank in range(1, len(pages) + 1)]
    return random.Random(1).choices(pages, weights, k=count)  # noqa: S311 (the same each time)


def made(folder: Path) -> int:
    """How many pages the site's processes have made since it was started."""
    return (folder / "bare" / "made").stat().st_size


def publish(number: int) -> None:
    from casestudies.models import CaseStudyPage

    page = CaseStudyPage.objects.get(slug=PUBLISHED.strip("/").split("/")[-1])
    page.title = f"{page.title.split(' (')[0]} ({number})"
    page.save_revision().publish()


def visit(url: str, paths: Sequence[str], rate: float, every: float) -> tuple[Measured, int]:
    """Ask for each path when it is due; how long each took from then, and how often was published meanwhile."""
    found = Measured()
    numbers = iter(range(len(paths)))
    lock = threading.Lock()
    started = time.perf_counter()

    def read() -> None:
        connection = Connection(url, BROWSER)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = started + number / rate
            time.sleep(max(0, due - time.perf_counter()))
            connection.get(paths[number])
            with lock:
                found.latencies.append(time.perf_counter() - due)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    published = 0
    while published * every * rate < len(paths):
        time.sleep(max(0, started + published * every - time.perf_counter()))
        published += 1
        publish(published)
    for reader in readers:
        reader.join()
    found.elapsed = time.perf_counter() - started
    if len(found.latencies) != len(paths):
        raise RuntimeError("a request failed; see above")
    return found, published


def measured(url: str, folder: Path, chosen: argparse.Namespace) -> Row:
    pages = visited(chosen.pages)
    for _ in range(READERS):  # every process has every page once
        connection = Connection(url, BROWSER)
        for path in pages:
            connection.get(path)
    before = made(folder)
    paths = drawn(pages, int(chosen.seconds * chosen.rate))
    found, published = visit(url, paths, chosen.rate, chosen.every)
    new = made(folder) - before
    share = 1 - new / len(paths)
    return Row(len(paths), new, published, share, found.percentile(0.5), found.percentile(0.95))


def table(row: Row) -> str:
    head = f"{'asked':>8}{'made':>8}{'published':>11}{'from cache':>12}{'p50 ms':>9}{'p95 ms':>9}"
    told = f"{row.asked:>8}{row.made:>8}{row.published:>11}{row.from_cache:>12.3f}{row.p50:>9.2f}{row.p95:>9.2f}"
    reached = "reached" if row.from_cache >= GOAL else "MISSED"
    return f"{head}\n{told}\nAt least {GOAL:.1f} from the cache: {reached}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=100, help="requests a second")
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--every", type=float, default=10, help="seconds from one publishing to the next")
    parser.add_argument("--size", type=int, default=200, help="how many case studies the site has")
    parser.add_argument("--start", type=Path, help="the data folder of a new site, which is copied (else one is made)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as name:
        folder = Path(name) / "site"
        shutil.copytree(prepared(chosen.start, Path(name)), folder)
        if chosen.size > STARTER:
            run(folder, "-m", "bench.content", str(chosen.size - STARTER))
        (folder / "bare").mkdir(exist_ok=True)
        (folder / "bare" / "made").touch()
        with serving(folder) as url:
            os.environ |= environment(folder, int(url.rpartition(":")[2]))
            import django

            django.setup()
            row = measured(url, folder, chosen)
    sys.stdout.write(json.dumps([vars(row)], indent=1) if chosen.json else table(row))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
