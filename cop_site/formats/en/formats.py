"""How dates are shown where a template or Wagtail names no format of its own."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
