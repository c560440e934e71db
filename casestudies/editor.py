"""The editor of a case study: Wagtail's own, with the checklist beside the form."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from casestudies.checklist import checklist
from casestudies.models import CaseStudyPage


class ChecklistSidePanel(BaseSidePanel):
    """The checklist for the page as it was last saved; with each save the editor fetches it anew."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "Toggle checklist"
        icon_name = "list-ul"
        has_counter = False

    name = "checklist"
    title = "Checklist"
    template_name = "casestudies/admin/checklist.html"
    order = 150

    def __init__(self, page: CaseStudyPage, request: HttpRequest) -> None:
        super().__init__(page, request)
        # Not the page of the form: that has what was typed and refused.
        row = CaseStudyPage.objects.filter(pk=page.pk).first()
        self.saved = row.get_latest_revision_as_object() if row else None

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {"saved": self.saved, "checklist": checklist(self.saved or CaseStudyPage())}


class WithChecklist:
    """For the views that show the form."""

    def get_side_panels(self) -> Any:
        panels = super().get_side_panels()  # type: ignore[misc]
        panels.insert(1, ChecklistSidePanel(self.page, self.request))  # type: ignore[attr-defined]
        return panels


class CaseStudyCreateView(WithChecklist, CreateView):
    pass


class CaseStudyEditView(WithChecklist, EditView):
    pass


class CaseStudyViewSet(PageViewSet):
    model = CaseStudyPage
    add_view_class = CaseStudyCreateView
    edit_view_class = CaseStudyEditView
