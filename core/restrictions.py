from functools import cache

from django.db.models import QuerySet
from wagtail.models import PageViewRestriction

from caching.version import cached_per_version


@cache
def _nobody() -> QuerySet[PageViewRestriction]:
    """No restriction, and known to be none: else Django builds SQL each time to find out that there is nothing to ask."""
    none = PageViewRestriction.objects.none()
    none._result_cache = []
    return none


class CachedRestrictions:
    """A page that looks up who may see it only where any page of the site is restricted: two queries fewer for most."""

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        if cached_per_version("are pages restricted", PageViewRestriction.objects.exists):
            return super().get_view_restrictions()  # type: ignore[misc]
        return _nobody()
