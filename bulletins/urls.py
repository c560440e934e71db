"""Public addresses of the readers' part, which stand before Wagtail's, below the address of the archive; and where the
mail provider tells what came back."""

from django.urls import path

from bulletins.readers.urls import urlpatterns as readers_urls
from bulletins.sending import webhooks

urlpatterns = [
    *readers_urls,
    path("anymail/<slug:name>/tracking/", webhooks.provider, name="mail-provider"),
]
