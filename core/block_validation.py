"""Blocks are shared by all threads, and while Wagtail checks a draft it switches off on the blocks themselves what the draft may
lack. Two editors who save at once would meet each other's switches: a draft refused, a page published without what it needs, or
a field that nobody asks for until the next start. So blocks are checked for one form at a time, here for all forms."""

import threading
from collections.abc import Callable
from typing import Any

from wagtail.blocks.base import BlockField

_lock = threading.RLock()


def check_one_at_a_time() -> None:
    """Called once, when the apps are ready. It can go when the state of a check is not kept on the blocks any more, as it has
    been since https://github.com/wagtail/wagtail/pull/13930."""
    BlockField.clean = _locked(BlockField.clean)


def _locked(check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(field: BlockField, value: Any) -> Any:
        with _lock:
            return check(field, value)

    return checked
