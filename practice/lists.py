"""A list of pages of one kind: the search page with its kind fixed."""

from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse
from wagtail.models import Page

from core.restrictions import CachedRestrictions
from search.views import respond


class SearchedList(CachedRestrictions, Page):
    kind: ClassVar[str]
    listed: ClassVar[str]  # the page type below it, as "app.Model"
    introduction = models.CharField(
        max_length=300,
        blank=True,
        help_text="One sentence above the list, for example “How it is done, what helps and what stands in the way.”",
    )

    max_count = 1
    content_panels = [*Page.content_panels, "introduction"]

    class Meta:
        abstract = True

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """A page of the list with what it shows in one query, where Wagtail would make two and each fact one more."""
        if len(path_components) == 1:
            model: Any = apps.get_model(self.listed)
            found = model.objects.child_of(self).filter(slug=path_components[0])
            page = found.select_related(*model.SHOWN).first()
            if page:
                page._cached_parent_obj = self  # treebeard's own name for what its get_parent() found before
                return page.route(request, [])
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context(request, *args, **kwargs)
        return respond(request, self.get_template(request), {"kind": self.kind}, context)
