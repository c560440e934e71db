from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from casestudies.checklist import checklist
from casestudies.models import CaseStudyPage
from editorial.viewsets import ReviewedPageViewSet


@hooks.register("register_admin_viewset")
def register_case_studies() -> ReviewedPageViewSet:
    return ReviewedPageViewSet(model=CaseStudyPage, checklist=checklist)


@hooks.register("insert_editor_js")
def foldable_rows() -> str:
    return format_html('<script src="{}"></script>', static("js/admin/rows.js"))
