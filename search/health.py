"""How the search is, for /healthz."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from search import changes
from search.engine import Unavailable, engine
from search.models import Change

# The minute jobs take every change in; what has waited longer than this has been forgotten.
PATIENCE = timedelta(minutes=5)


def state() -> tuple[bool, dict[str, Any]]:
    """Whether the index answers and keeps up, and what /healthz says of it: which engine answers now, its lag in changes
    (null where nobody knows), whether it stands in for another."""
    try:
        here = engine().answering()
        sequence = here.sequence()
    except Unavailable:
        return False, unknown()
    waiting = Change.objects.filter(sequence__gt=sequence)
    late = waiting.filter(time__lt=timezone.now() - PATIENCE).exists()
    fallback = here.name != engine().name
    return not late and not fallback, {"engine": here.name, "lag": changes.lag(sequence), "fallback": fallback}


def unknown() -> dict[str, Any]:
    """The same where nothing answers, or the database cannot be asked what has changed."""
    return {"engine": engine().name, "lag": None, "fallback": False}
