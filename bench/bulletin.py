"""How fast an issue goes out, and how much memory that takes, beside Django's send_mass_mail of the same mails.

    python -m bench.bulletin [--sizes 1000,10000] [--json]

Everything runs as people have it, on SQLite: the worker's loop with its books on the one hand, one connection with the
same mails and no books on the other, one after the other, to a mail server here that takes all and keeps nothing.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pages import ROOT, environment, prepared, run

SECONDS, RATIO = 60, 1.5  # the goals: for 10,000 readers, and beside send_mass_mail


@dataclass(frozen=True)
class Row:
    readers: int
    sent: int
    seconds: float
    per_second: float
    mass_per_second: float
    ratio: float  # of the times, ours to that of send_mass_mail
    peak_mb: float
    mass_peak_mb: float


@contextmanager
def sink() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "bench.sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout  # noqa: S101
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def timed(folder: Path, port: int, act: str) -> dict[str, Any]:
    variables = environment(folder, 8000) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "BULLETIN_RATE": "0"}
    command = [sys.executable, "-m", "bench.mailing", act]
    done = subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(folder: Path, readers: int) -> Row:
    run(folder, "-m", "bench.mailing", "fill", str(readers))
    with sink() as port:
        ours, mass = timed(folder, port, "ours"), timed(folder, port, "mass")
    return Row(
        readers=readers,
        sent=ours["mails"],
        seconds=ours["seconds"],
        per_second=ours["mails"] / ours["seconds"],
        mass_per_second=mass["mails"] / mass["seconds"],
        ratio=(ours["seconds"] / ours["mails"]) / (mass["seconds"] / mass["mails"]),
        peak_mb=ours["peak_mb"],
        mass_peak_mb=mass["peak_mb"],
    )


def table(rows: list[Row]) -> str:
    names = ("readers", "sent", "seconds", "per second", "mass mail per s", "time beside it", "peak MB")
    lines = ["".join(f"{name:>17}" for name in names)]
    for row in rows:
        whole = f"{row.readers:>17}{row.sent:>17}{row.seconds:>17.1f}{row.per_second:>17.0f}"
        lines.append(f"{whole}{row.mass_per_second:>17.0f}{row.ratio:>17.2f}{row.peak_mb:>17.0f}")
    lines.append(
        f"Goals: {SECONDS} s for 10,000 readers, at most {RATIO} times the time of send_mass_mail, memory flat."
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000", help="how many readers, each a run of its own")
    parser.add_argument("--start", type=Path, help="the data folder of a new site, which is copied (else one is made)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cop-bench-") as name:
        start = prepared(chosen.start, Path(name))
        rows = []
        for size in map(int, chosen.sizes.split(",")):
            folder = Path(name) / str(size)
            shutil.copytree(start, folder)
            rows.append(measured(folder, size))
            shutil.rmtree(folder)
    sys.stdout.write(json.dumps([vars(row) for row in rows], indent=1) if chosen.json else table(rows))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
