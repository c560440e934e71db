"""Publishing many pages at once: all of them, or none where one is not complete.

Wagtail answers 500 there: https://github.com/wagtail/wagtail/issues/14253.
"""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.utils import get_latest_str
from wagtail.admin.views.pages.bulk_actions import PublishBulkAction
from wagtail.models import Page

from editorial.one_at_a_time import editor_of, needs

MOST_NAMED = 5


class PublishComplete(PublishBulkAction):
    def prepare_action(self, objects: list[Page], objects_without_access: Any) -> HttpResponse | None:
        lacking = [(page, said) for page in self._all(objects) if (said := needs(page))]
        if not lacking:
            return None
        named = " ".join(f"“{get_latest_str(page)}”: {said}" for page, said in lacking[:MOST_NAMED])
        more = f" So are {len(lacking) - MOST_NAMED} others." if len(lacking) > MOST_NAMED else ""
        buttons = [messages.button(editor_of(page), f"Edit {get_latest_str(page)}") for page, _ in lacking[:MOST_NAMED]]
        messages.error(self.request, f"Nothing was published: not all are complete. {named}{more}", buttons=buttons)
        return redirect(self.next_url)

    def _all(self, pages: list[Page]) -> Iterator[Page]:
        for page in pages:
            yield page
            if self.cleaned_form.cleaned_data["include_descendants"]:
                drafts = page.get_descendants().not_live()
                yield from (draft for draft in drafts if draft.permissions_for_user(self.request.user).can_publish())
