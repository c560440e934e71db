"""A list of pages of one kind: the search page with its kind fixed."""

from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse
from wagtail.models import Page

from core.findable import Findable
from core.restrictions import CachedRestrictions
from search.views import respond


class ListingPage(CachedRestrictions, Page):
    # Wagtail gives each class a `template` of its own name: one without more to show says "listing_page.html".
    listed: ClassVar[str]  # the page type below it, as "app.Model"
    introduction = models.CharField(
        max_length=300,
        blank=True,
        help_text="One sentence above the list, for example “How it is done, with benefits and barriers.”",
    )

    max_count = 1
    content_panels = [*Page.content_panels, "introduction"]

    class Meta:
        abstract = True

    @classmethod
    def listed_model(cls) -> type[Findable]:
        return apps.get_model(cls.listed)

    @property
    def search_label(self) -> str:
        return f"Search the {self.listed_model().plural.lower()}"

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """A page of the list in one query, where Wagtail would make two."""
        page = self.listed_model().below(self, path_components[0]) if len(path_components) == 1 else None
        if page:
            return page.route(request, [])
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context(request, *args, **kwargs)
        return respond(request, self.get_template(request), {"kind": self.listed_model().kind}, context)
