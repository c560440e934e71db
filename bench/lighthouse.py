"""`make lighthouse`: Google's Lighthouse over the served starter content, three times each page; the medians.

Needs npm (which fetches Lighthouse) and Chromium. Exits with 1 where accessibility, best practices or SEO is below 100
or performance below 95.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.pages import run, serving

PAGES = {
    "home": "/",
    "listing": "/case-studies/",
    "case study": "/case-studies/disc-lancashire/",
    "search": "/search/?q=housing",
    "e-bulletin": "/bulletins/2007-winter/",
}
FLOORS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
# Results of a search are not for search engines to list, and the page says so: all of SEO's other audits count.
NOT_LISTED = {"search": ["is-crawlable"]}
TIMES, TRIES = 3, 3
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


def scores(command: str, url: str, skipped: list[str], folder: Path) -> dict[str, float]:
    """Category -> score out of 100, and bytes on the wire, requests and layout shift, of one run."""
    report = folder / "report.json"
    words = [command, url, "--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={CHROME}"]
    words += [f"--only-categories={','.join(FLOORS)}", *([f"--skip-audits={','.join(skipped)}"] if skipped else [])]
    env = os.environ | {"CHROME_PATH": shutil.which(os.environ.get("CHROMIUM", "chromium")) or ""}
    for left in reversed(range(TRIES)):  # now and then it misses the start of a page, and says to run it again
        if subprocess.run(words, check=not left, env=env).returncode == 0:  # noqa: S603
            break
    found = json.loads(report.read_text())
    result: dict[str, float] = {name: 100 * (found["categories"][name]["score"] or 0) for name in FLOORS}
    audits = found["audits"]
    result["kilobytes"] = audits["total-byte-weight"]["numericValue"] / 1000
    result["shift"] = audits["cumulative-layout-shift"]["numericValue"]
    return result


def main() -> int:
    low = 0
    with tempfile.TemporaryDirectory(prefix="cop-lighthouse-") as name:
        folder = Path(name)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", name, "lighthouse"], check=True)  # noqa: S603, S607
        run(folder, "manage.py", "prepare")
        heads = "".join(f"{head:>16}" for head in (*FLOORS, "kilobytes", "layout shift"))
        sys.stdout.write(f"{'page':<12}{heads}\n")
        with serving(folder) as url:
            for page, path in PAGES.items():
                tool = f"{name}/node_modules/.bin/lighthouse"
                runs = [scores(tool, url + path, NOT_LISTED.get(page, []), folder) for _ in range(TIMES)]
                medians = {key: statistics.median(one[key] for one in runs) for key in runs[0]}
                low += sum(medians[key] < floor for key, floor in FLOORS.items())
                sys.stdout.write(f"{page:<12}" + "".join(f"{value:>16.4g}" for value in medians.values()) + "\n")
                sys.stdout.flush()
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
