"""How fast pages are: cached and not, beside a bare Django view that returns the same bytes from the same server.

    python -m bench.pages [--sizes 5,500,10000] [--requests 200] [--rounds 5] [--json]

The site is served by `manage.py serve` as people get it. Each round asks for every page in turn: the bare view (behind the
same middleware, without the page cache), the page as it comes from the cache, the page as it is made anew, for which
each request carries a parameter that nothing reads, with a number of its own, and the same for a reader who is logged in.
Ratios are of requests per second to the bare view's in the same run; whatever else the machine does slows all of them alike.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep, time

from bench.load import Connection, Measured, measure
from bench.ports import hold

ROOT = Path(__file__).resolve().parent.parent
STARTER = 5
PAGES = {
    "home": "/",
    "listing": "/case-studies/",
    "case study": "/case-studies/disc-lancashire/",
    "note": "/practice/social-clauses/",
    "bulletin": "/bulletins/2007-winter/",
    "search": "/search/?q=housing+support&region=north-west",
}
KINDS = ("bare", "cached", "uncached", "logged in")
MADE_ANEW = ("uncached", "logged in")
# At least so many requests per second beside the bare view, and at most so many times the time of an uncached page.
CACHED, UNCACHED, LOGGED_IN = 0.7, 1 / 8, 1.15
LIMIT = 120  # seconds for the site to start, and to stop


@dataclass(frozen=True)
class Row:
    size: int
    page: str
    kind: str
    per_second: float
    p50: float
    p95: float
    ratio: float  # requests per second beside the bare view


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("ELASTICSEARCH_URL", "REDIS_URL", "EMAIL_URL")
    }
    data = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "DEBUG": "false"}
    site = {"SITE_URL": f"http://127.0.0.1:{port}", "PORT": str(port), "SECRET_KEY": "b" * 60}
    return kept | data | site | {"DJANGO_SETTINGS_MODULE": "bench.settings"}


def run(folder: Path, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment(folder, 8000), check=True, stdout=sys.stderr)  # noqa: S603


def logged_in(folder: Path) -> str:
    """The header of requests from a reader who is logged in to the site of this folder."""
    command = [sys.executable, "-m", "bench.session"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder, 8000), check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def prepared(start: Path | None, scratch: Path) -> Path:
    """The data folder of a new site, for copies: this one, or one that is made here."""
    if start:
        return start
    folder = scratch / "start"
    folder.mkdir()
    run(folder, "manage.py", "prepare")
    return folder


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[str]:
    """The running site of a folder, on this port or on any free one. Raises RuntimeError where it is not this site that
    answers there."""
    with ExitStack() as stack:
        port = port or hold(stack)
        word = token_hex()
        (folder / "bare").mkdir(exist_ok=True)
        (folder / "bare" / "who").write_text(word)
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        with (folder / "serve.log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, port), stdout=log, stderr=log)  # noqa: S603
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url, process, word, folder / "serve.log")
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=LIMIT)


def _wait(url: str, process: subprocess.Popen[bytes], word: str, log: Path) -> None:
    until = monotonic() + LIMIT
    while monotonic() < until and process.poll() is None:
        try:
            ours = Connection(url).get("/_util/bare/who") == word.encode()
        except OSError:  # nobody listens yet
            sleep(0.2)
            continue
        except Exception:  # whatever a stranger says
            ours = False
        if ours:
            return
        break
    raise RuntimeError(f"the site did not start, or another server answers at {url}:\n{log.read_text()}")


def paths(page: str) -> dict[str, str]:
    name = page.replace(" ", "-")
    return dict.fromkeys(KINDS, PAGES[page]) | {"bare": f"/_util/bare/{name}"}


def measured(url: str, folder: Path, size: int, requests: int, rounds: int) -> list[Row]:
    session = logged_in(folder)
    connection = Connection(url)
    for page, path in PAGES.items():
        (folder / "bare" / page.replace(" ", "-")).write_bytes(connection.get(path))
    totals = {(page, kind): Measured() for page in PAGES for kind in KINDS}
    for number in range(rounds + 1):
        for page in PAGES:
            for kind, path in paths(page).items():
                joined = f"{path}{'&' if '?' in path else '?'}fresh={time()}-" if kind in MADE_ANEW else ""
                # The first round warms every thread of every worker, and is not counted.
                asked = requests // 5 if joined and number else requests
                header = session if kind == "logged in" else ""
                found = measure(url, lambda n, j=joined, p=path: f"{j}{n}" if j else p, max(4, asked), header=header)  # type: ignore[misc]
                if number:
                    totals[page, kind].add(found)
    rows = []
    for (page, kind), total in totals.items():
        ratio = total.per_second / totals[page, "bare"].per_second
        rows.append(Row(size, page, kind, total.per_second, total.percentile(0.5), total.percentile(0.95), ratio))
    return rows


def table(rows: list[Row]) -> str:
    lines = [
        f"{'examples':>8}  {'page':<12}{'answer':<10}{'per second':>11}{'p50 ms':>9}{'p95 ms':>9}{'beside bare':>13}"
    ]
    for row in rows:
        figures = f"{row.per_second:>11.0f}{row.p50:>9.2f}{row.p95:>9.2f}{row.ratio:>13.2f}"
        lines.append(f"{row.size:>8}  {row.page:<12}{row.kind:<10}{figures}")
    return "\n".join([*lines, *goals(rows)])


def goals(rows: list[Row]) -> list[str]:
    """A line for each goal, with the page that is furthest from it."""
    found = {kind: {(row.size, row.page): row.ratio for row in rows if row.kind == kind} for kind in KINDS}
    times = {key: ratio / found["logged in"][key] for key, ratio in found["uncached"].items()}
    (dearest, most), told = max(times.items(), key=lambda pair: pair[1]), []
    for kind, goal in (("cached", CACHED), ("uncached", UNCACHED)):
        (size, page), least = min(found[kind].items(), key=lambda pair: pair[1])
        reached = "reached" if least >= goal else "MISSED"
        told.append(f"{kind} at least {goal} of the bare view: {reached}, {least:.3f} ({page} of {size} examples)")
    reached = "reached" if most <= LOGGED_IN else "MISSED"
    size, page = dearest
    return [
        *told,
        f"logged in at most {LOGGED_IN} times an uncached page: {reached}, {most:.2f} ({page} of {size} examples)",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="5,500,10000", help="how many case studies, each a run of its own")
    parser.add_argument("--requests", type=int, default=200, help="a round, for each page that is not made anew")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--start", type=Path, help="the data folder of a new site, which is copied (else one is made)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as name:
        start = prepared(chosen.start, Path(name))
        for size in map(int, chosen.sizes.split(",")):
            folder = Path(name) / str(size)
            shutil.copytree(start, folder)
            if size > STARTER:
                run(folder, "-m", "bench.content", str(size - STARTER))
            with serving(folder, chosen.port) as url:
                rows += measured(url, folder, size, chosen.requests, chosen.rounds)
    sys.stdout.write(json.dumps([vars(row) for row in rows], indent=1) if chosen.json else table(rows))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
