"""The editor of a case study: Wagtail's own, with the checklist beside the form."""

from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from casestudies.checklist import checklist
from casestudies.models import CaseStudyPage
from home.checklist import WithChecklist


class CaseStudyCreateView(WithChecklist, CreateView):
    checklist = staticmethod(checklist)


class CaseStudyEditView(WithChecklist, EditView):
    checklist = staticmethod(checklist)


class CaseStudyViewSet(PageViewSet):
    model = CaseStudyPage
    add_view_class = CaseStudyCreateView
    edit_view_class = CaseStudyEditView
