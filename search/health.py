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
    """Whether the index answers and keeps up, and what /healthz says of it: lag in changes, null where nobody knows."""
    try:
        sequence = engine().sequence()
    except Unavailable:
        return False, {"engine": engine().name, "lag": None, "fallback": False}
    waiting = Change.objects.filter(sequence__gt=sequence)
    late = waiting.filter(time__lt=timezone.now() - PATIENCE).exists()
    return not late, {"engine": engine().name, "lag": changes.lag(sequence), "fallback": False}


def unknown() -> dict[str, Any]:
    """The same where the database cannot be asked what has changed."""
    return {"engine": engine().name, "lag": None, "fallback": False}
