"""Applying the change log: after a commit the index takes in what the log has noted."""

import logging

from search import changes
from search.engine import engine
from search.protocols import Unavailable
from search.tasks import catch_up_soon

logger = logging.getLogger("search")


def apply() -> None:
    """Let the index on this machine take in a few changes now, and leave many, and another engine, to the worker."""
    here = engine()
    # The change is in the log: whatever fails here, the next search or the minute jobs make good.
    try:
        if here.local is not here:
            catch_up_soon()  # whatever crosses a network is the worker's
        if len(changes.pending(here.local.sequence(), changes.AT_ONCE + 1)) > changes.AT_ONCE:
            catch_up_soon()
        else:
            here.local.catch_up()
    except Unavailable:
        logger.debug("no search index that could take the change in; it waits in the log")
    except Exception:
        logger.exception("the search index could not take in a change; it stays in the log")
