"""Workers that can be killed: `python -m tests.bulletins.sending.worker` starts Django once and forks a worker for each
line that it reads. `start` says its process number; `kill STEP TIMES CALLS` lets it kill itself so many calls of functions
after it has begun a step (`deliver` or `add_rows`) for the given time, and says by which signal it ended. `start HOST` and
`kill STEP TIMES CALLS HOST` are of another machine; `serve HOST PORT` is its `manage.py db_worker`, with a mail server of
its own."""

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from tests.killing import killed_at


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "cop_site.settings"
    django.setup()
    from bulletins.sending import audience, lease, post

    if seconds := os.environ.get("LEASE"):
        lease.LEASE = datetime.timedelta(seconds=float(seconds))
    post.BACKOFF = (datetime.timedelta(seconds=2),) * 4  # not minutes
    post.WAIT = 0.2
    post.BATCH = audience.BATCH = 10  # few readers are many batches
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        action, *words = line.split()
        child = os.fork()
        if child == 0:
            try:
                if action == "kill":
                    begun = killed_at(words[0], int(words[1]), int(words[2]))
                    post.DeliveryWorker.deliver = told(begun, "deliver", post.DeliveryWorker.deliver)  # type: ignore[method-assign]
                    audience.add_rows = told(begun, "add_rows", audience.add_rows)
                if action == "serve":
                    serve(*words)
                elif action == "start" or len(words) > 3:
                    move_to(*words[3 * (action == "kill") :])
                post.work_all()
            finally:
                os._exit(0)
        said = child if action != "kill" else os.WTERMSIG(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()


def move_to(host: str = "") -> None:
    """Onto another machine: one whose locks nobody here sees, with a data folder of its own."""
    from django.conf import settings

    from bulletins.sending import alive

    if host:
        settings.DATA_DIR = Path(settings.DATA_DIR) / host
        alive.machine = lambda: host  # type: ignore[assignment]


def serve(host: str, port: str) -> None:
    from django.conf import settings
    from django.core.management import call_command

    move_to(host)
    settings.EMAIL_PORT = int(port)
    call_command("db_worker", "--backend", "background", "--queue-name", "*", "--no-reload", "--worker-id", host)


def told(begun: Callable[[str], None], step: str, act: Callable[..., Any]) -> Callable[..., Any]:
    def do(*values: Any) -> Any:
        begun(step)
        return act(*values)

    return do


if __name__ == "__main__":
    main()
