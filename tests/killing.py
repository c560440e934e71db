"""A process that kills itself in the middle of what it does, at a place and not after some time: on a busy machine it would
be done before, or not have begun."""

import os
import signal
import sys
from collections.abc import Callable


def killed_at(doing: str, times: int, calls: int) -> Callable[[str], None]:
    """What is to be called with each step's name. The process ends by SIGKILL when it has begun this step for the given time
    and then made so many calls of functions."""
    left = times

    def begun(step: str) -> None:
        nonlocal left
        left -= step == doing
        if step == doing and not left:
            sys.setprofile(called)

    def called(*event: object) -> None:
        nonlocal calls
        calls -= 1
        if not calls:
            os.kill(os.getpid(), signal.SIGKILL)

    return begun
