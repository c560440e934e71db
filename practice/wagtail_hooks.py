"""The editors of notes and of template contracts: Wagtail's own, with the checklist beside the form."""

from wagtail import hooks
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from home.checklist import WithChecklist
from practice.checklist import contract_checklist, note_checklist
from practice.models import PracticeNotePage, TemplateContractPage


class NoteCreateView(WithChecklist, CreateView):
    checklist = staticmethod(note_checklist)


class NoteEditView(WithChecklist, EditView):
    checklist = staticmethod(note_checklist)


class NoteViewSet(PageViewSet):
    model = PracticeNotePage
    add_view_class = NoteCreateView
    edit_view_class = NoteEditView


class ContractCreateView(WithChecklist, CreateView):
    checklist = staticmethod(contract_checklist)


class ContractEditView(WithChecklist, EditView):
    checklist = staticmethod(contract_checklist)


class ContractViewSet(PageViewSet):
    model = TemplateContractPage
    add_view_class = ContractCreateView
    edit_view_class = ContractEditView


@hooks.register("register_admin_viewset")
def register_notes() -> list[PageViewSet]:
    return [NoteViewSet(), ContractViewSet()]
