"""The site's own settings, and one more address: the bare view that the benchmarks compare with."""

from cop_site.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
