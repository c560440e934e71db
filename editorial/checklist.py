"""What a page still needs before it can be published (editorial.form_errors), and what would make it more useful."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.models import Page

from editorial.form_errors import Item


@dataclass(frozen=True, slots=True)
class Checklist:
    missing: list[Item]  # publishing is refused for these
    better: list[Item]  # readers would gain from these
    there: list[Item]  # readers have these


Useful = Sequence[tuple[Callable[[Any], bool], Item]]


def sort_out(page: Page, needed: list[Item], useful: Useful) -> Checklist:
    done = {item: is_there(page) for is_there, item in useful}
    better, there = ([item for item in done if done[item] is wanted] for wanted in (False, True))
    return Checklist(needed, better, there)


class ChecklistSidePanel(BaseSidePanel):
    """The checklist for the page as it was last saved; with each save the editor fetches it anew."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Toggle checklist"
        icon_name = "list-ul"
        has_counter = False

    name = "checklist"
    title = "Checklist"
    template_name = "editorial/admin/checklist.html"
    order = 150

    def __init__(self, page: Page, request: HttpRequest, checklist: Callable[[Any], Checklist]) -> None:
        super().__init__(page, request)
        # Not the page of the form: that has what was typed and refused.
        row = type(page).objects.filter(pk=page.pk).first() if page.pk else None
        self.saved = row.get_latest_revision_as_object() if row else None
        self.checklist = checklist

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {"saved": self.saved, "checklist": self.checklist(self.saved or type(self.object)())}


class WithChecklist:
    """For the views that show the form of a page."""

    checklist: Any = None  # its viewset gives a function from a page to a Checklist

    def get_side_panels(self) -> Any:
        panels = super().get_side_panels()  # type: ignore[misc]
        page, request = self.page, self.request  # type: ignore[attr-defined]
        panels.insert(1, ChecklistSidePanel(page, request, self.checklist))
        return panels
