"""Public addresses of the readers' part: they stand before Wagtail's, below the address of the archive."""

from bulletins.readers.urls import urlpatterns

__all__ = ["urlpatterns"]
