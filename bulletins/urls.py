"""Public addresses of the readers' part: they stand before Wagtail's, below the address of the archive."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
