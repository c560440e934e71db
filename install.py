"""Installs what a requirements file names into a virtual environment; `make` calls it. Standard library only.

    python3 install.py .venv/bin/python requirements.txt

Several pips side by side take a fraction of the time of one, which waits for the network or keeps one core busy
(decision 45). The file names every package with its hashes, so none of them has to look for dependencies.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PIPS = 3
# What no start of the site imports; what is imported after all is compiled then.
LEFT_OUT = r"/(tests?|pip|setuptools|pkg_resources|fontTools|gis|elasticsearch|conf/locale/(?!en/|en_GB/|__))"


def groups(text: str, count: int) -> list[str]:
    """The requirements divided among so many files, each with its hashes; options for pip are in every file."""
    options: list[str] = []
    entries: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("--"):
            options.append(line)
        elif line[0].isspace() and entries:
            entries[-1] += line
        elif not line.startswith("#"):
            entries.append(line)
    return ["".join([*options, *entries[first::count]]) for first in range(min(count, len(entries)))]


def pip(python: str) -> list[str]:
    """A pip that installs for this Python: its own, or that of the Python that runs this."""
    own = [python, "-m", "pip"]
    has_own = subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0
    return own if has_own else [sys.executable, "-m", "pip", "--python", python]


def install(python: str, requirements: Path) -> bool:
    """Whether everything could be installed; what failed has said why."""
    command = pip(python)
    if command[0] != python and shutil.which("uv"):  # it works side by side by itself
        words = ["uv", "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(requirements)]
        return subprocess.run(words, check=False).returncode == 0
    command += ["install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number, text in enumerate(groups(requirements.read_text(encoding="utf-8"), PIPS)):
            part = Path(folder) / f"{number}.txt"
            part.write_text(text, encoding="utf-8")
            running.append(subprocess.Popen([*command, "-r", str(part)]))
        codes = [process.wait() for process in running]
        return not any(codes)


def compile_all(python: str) -> None:
    """With all cores. A file that is no Python of this version stays as it is."""
    place = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    subprocess.run([python, "-m", "compileall", "-qq", "-j", "0", "-x", LEFT_OUT, place], check=False)


def main(python: str, requirements: str) -> int:
    began = time.monotonic()
    if not install(python, Path(requirements)):
        return 1
    compile_all(python)
    sys.stdout.write(f"  done in {time.monotonic() - began:.0f} seconds\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
