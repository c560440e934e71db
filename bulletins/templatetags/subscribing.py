"""The form to subscribe, for any page to include."""

from django import template

from bulletins.readers import consent
from bulletins.readers.forms import SubscribeForm
from bulletins.readers.views import STAMP
from caching.version import cached_per_version
from core.open_forms import stamp

register = template.Library()


@register.inclusion_tag("bulletins/readers/form.html")
def subscribe_form() -> dict[str, object]:
    """An empty one. Its signed time may be as old as the page cache keeps a page, which is far less than it holds."""
    words = cached_per_version("words of consent", consent.words)
    return {"form": SubscribeForm(words=words), "stamp": stamp(STAMP)}
