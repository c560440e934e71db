"""The site's own settings, and one more address: the bare view that the benchmarks compare with. Where a benchmark counts the
pages that are made, each is noted, behind the page cache: what comes from there passes it by."""

from cop_site.settings import *  # noqa: F403
from cop_site.settings import DATA_DIR, MIDDLEWARE

ROOT_URLCONF = "bench.urls"
if (DATA_DIR / "bare" / "made").exists():
    _behind = MIDDLEWARE.index("caching.middleware.page_cache") + 1
    MIDDLEWARE = [*MIDDLEWARE[:_behind], "bench.urls.note_made", *MIDDLEWARE[_behind:]]
