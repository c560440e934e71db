from django.urls import path, register_converter
from django.urls.converters import StringConverter

from organisations.views import organisation


class UnicodeSlug(StringConverter):
    """A slug that may have letters of any language."""

    regex = r"[-\w]+"


register_converter(UnicodeSlug, "unicode_slug")

urlpatterns = [path("organisations/<unicode_slug:slug>/", organisation, name="organisation")]
