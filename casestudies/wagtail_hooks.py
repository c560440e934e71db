from wagtail import hooks

from casestudies.checklist import checklist
from casestudies.models import CaseStudyPage
from editorial.viewsets import ReviewedPageViewSet


@hooks.register("register_admin_viewset")
def register_case_studies() -> ReviewedPageViewSet:
    return ReviewedPageViewSet(model=CaseStudyPage, checklist=checklist)
