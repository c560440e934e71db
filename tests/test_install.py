"""How `make` installs: several pips, each with a part of the requirements."""

import subprocess
import sys
from pathlib import Path

import pytest

import install
from tests.served import ROOT

TEXT = """# made by a tool
--index-url https://example.org/
one==1 \\
    --hash=sha256:1
    # via two
two==2 ; python_version < '4' \\
    --hash=sha256:2 \\
    --hash=sha256:3
three==3 \\
    --hash=sha256:4
"""


def test_every_requirement_goes_to_one_pip_with_its_hashes() -> None:
    first, second = install.groups(TEXT, 2)
    assert first.startswith("--index-url https://example.org/\none==1 \\\n    --hash=sha256:1\n")
    assert first.endswith("three==3 \\\n    --hash=sha256:4\n")
    assert second == (
        "--index-url https://example.org/\n"
        "two==2 ; python_version < '4' \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\n"
    )
    assert len(install.groups(TEXT, 9)) == 3


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_ours_are_divided_without_loss(name: str) -> None:
    text = (ROOT / name).read_text()
    lines = sorted(line for part in install.groups(text, install.PIPS) for line in part.splitlines())
    assert lines == sorted(line for line in text.splitlines() if not line.startswith("#"))


def test_a_pip_that_fails_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("one==1\ntwo==2\nthree==3\n")
    failing = "import sys; sys.exit('two==2' in open(sys.argv[-1]).read())"
    monkeypatch.setattr(install, "pip", lambda python: [sys.executable, "-c", failing])
    assert not install.install(sys.executable, file)
    file.write_text("one==1\nthree==3\n")
    assert install.install(sys.executable, file)


def test_a_python_without_pip_gets_that_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(words: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(words, 1)

    monkeypatch.setattr(subprocess, "run", none)
    assert install.pip("/a/python") == [sys.executable, "-m", "pip", "--python", "/a/python"]
