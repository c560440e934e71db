"""The editors of notes and of template contracts."""

from wagtail import hooks

from editorial.viewsets import ReviewedPageViewSet
from practice.checklist import contract_checklist, note_checklist
from practice.models import PracticeNotePage, TemplateContractPage


@hooks.register("register_admin_viewset")
def register_notes() -> list[ReviewedPageViewSet]:
    return [
        ReviewedPageViewSet(model=PracticeNotePage, checklist=note_checklist),
        ReviewedPageViewSet(model=TemplateContractPage, checklist=contract_checklist),
    ]
