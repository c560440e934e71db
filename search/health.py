"""How the search is, for /healthz."""

import logging
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.utils import timezone

from search import changes
from search.engine import engine
from search.facets import NO_VALUES
from search.models import Change
from search.protocols import SiteEngine, Unavailable
from search.query import Query

logger = logging.getLogger("search")
# The minute jobs take every change in; what has waited longer than this has been forgotten.
PATIENCE = timedelta(minutes=5)


def state() -> tuple[bool, dict[str, Any]]:
    """Whether the index answers and keeps up, and what /healthz says of it: which engine answers now, its lag in changes
    (null where nobody knows), whether it stands in for another."""
    site = engine()
    try:
        here = site.answering()
        sequence = here.sequence()
    except Unavailable:
        return False, unknown()
    waiting = Change.objects.filter(sequence__gt=sequence)
    late = waiting.filter(time__lt=timezone.now() - PATIENCE).exists()
    well = not late and here.name == site.name and _is_well(site)
    return well, {"engine": here.name, "lag": changes.lag(sequence), "fallback": here.name != site.name}


def _is_well(site: SiteEngine) -> bool:
    """Whether questions are answered, and the index on this machine could stand in for another."""
    try:
        answered = site.local is site or site.search(Query(), NO_VALUES, 1).engine == site.name
        return site.local.is_well() and answered
    except Unavailable:
        return False
    except DatabaseError:
        raise
    except Exception:
        logger.exception("the search index answers with an error")
        return False


def unknown() -> dict[str, Any]:
    """The same where nothing answers, or the database cannot be asked what has changed."""
    return {"engine": engine().name, "lag": None, "fallback": False}
