"""How the parts of the site know that `manage.py serve` has ended, even by SIGKILL: it holds one end of a pipe, and the
system closes that end with it. Each part has the other end, at which there is nothing to read until then."""

import os
import signal
import stat
import threading
import time

NAME = "SERVE_LIFELINE"  # the environment variable with the number of the part's end
GATE = "SERVE_GATE"  # that of a second pipe, which `serve` closes when the site may be asked
GRACE = 10  # seconds that a part has to finish what it is doing


def descriptor() -> int | None:
    """This process's end; None where `serve` did not start it."""
    return _end_of(NAME)


def _end_of(name: str) -> int | None:
    try:
        held = int(os.environ.get(name, ""))
        return held if stat.S_ISFIFO(os.fstat(held).st_mode) else None
    except (ValueError, OSError):
        return None


def wait_for_serve() -> None:
    """Return when `serve` has prepared the site, or is gone; at once where it did not start this process."""
    gate = _end_of(GATE)
    if gate is not None:
        os.read(gate, 1)


def end_with_serve() -> None:
    """Have this process stop as by SIGTERM when `serve` is gone, and end in any case soon after."""
    held = descriptor()
    if held is not None:
        threading.Thread(target=_end_after, args=[held], daemon=True).start()


def _end_after(held: int) -> None:
    os.read(held, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)
