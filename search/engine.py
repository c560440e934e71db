"""The engine that this installation uses."""

from functools import cache

from django.conf import settings

from search.embedded.engine import EmbeddedEngine
from search.fallback import FallbackEngine
from search.protocols import SiteEngine


@cache
def engine() -> SiteEngine:
    local = EmbeddedEngine()
    if not settings.ELASTICSEARCH_URL:
        return local
    from search.elastic.engine import ElasticEngine  # its client is large, and few installations need it

    return FallbackEngine(ElasticEngine(), local, settings.SEARCH_DIR)
