"""Real servers for tests. ELASTICSEARCH_TEST names the folder whose `start` and `stop` run one,
ELASTICSEARCH_TEST_VERSION another release than that folder's own choice."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ports import hold

# Where a cluster's ports may begin. Few, because what runs a server keeps a folder for each of them. From each on follow
# the nodes' ports for HTTP, and BETWEEN further those for talking to one another.
FIRST = range(10_000, 10_100, 3)
BETWEEN = 100


def missing() -> str:
    """Why no server can be started here; empty where one can."""
    folder = os.environ.get("ELASTICSEARCH_TEST", "")
    if folder and (Path(folder) / "start").is_file():
        return ""
    return "needs Elasticsearch (set ELASTICSEARCH_TEST to the folder whose `start` and `stop` run a server)"


@dataclass(frozen=True)
class Cluster:
    port: int
    nodes: int = 1
    password: str = ""

    @property
    def urls(self) -> list[str]:
        user = f"elastic:{self.password}@" if self.password else ""
        return [f"http://{user}127.0.0.1:{self.port + number}" for number in range(self.nodes)]

    @property
    def url(self) -> str:
        return ",".join(self.urls)

    def start(self) -> None:
        """With empty data, whatever it had before."""
        options = ["--port", str(self.port), "--nodes", str(self.nodes), "--heap", "512m"]
        if self.password:
            options += ["--password", self.password]
        if version := os.environ.get("ELASTICSEARCH_TEST_VERSION", ""):
            options += ["--version", version]
        _run("start", *options)

    def stop(self, *options: str) -> None:
        """`--kill`, `--freeze`, `--thaw`, `--node N`."""
        _run("stop", "--port", str(self.port), *options)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers none of them."""
        self.stop("--freeze")
        try:
            yield
        finally:
            self.stop("--thaw")


def _run(command: str, *options: str) -> None:
    path = Path(os.environ["ELASTICSEARCH_TEST"]) / command
    # A server that goes on in the background must not keep a pipe of ours open.
    done = subprocess.run([path, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def running(nodes: int = 1, password: str = "") -> Iterator[Cluster]:
    """A new cluster on ports that nobody else gets as long as it runs."""
    with ExitStack() as stack:
        cluster = Cluster(_held(stack, nodes), nodes, password)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("--thaw")
            cluster.stop("--kill")


def _held(stack: ExitStack, nodes: int) -> int:
    """The first of ports that are free, for so many nodes."""
    for first in FIRST:
        with ExitStack() as these:
            try:
                for number in range(first, first + nodes):
                    hold(these, number)
                    hold(these, number + BETWEEN)
            except OSError:
                continue
            stack.push(these.pop_all())
            return first
    raise AssertionError("no free ports for Elasticsearch")
