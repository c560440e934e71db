from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from casestudies.checklist import checklist
from casestudies.models import CaseStudyPage
from editorial.viewsets import ReviewedPageViewSet
from organisations.chooser import OrganisationChooserViewSet
from organisations.models import Organisation


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    icon = "group"
    add_to_admin_menu = True
    menu_label = "Organisations"
    menu_order = 310
    list_display = ["name", "organisation_type"]
    list_filter = ["organisation_type"]
    list_per_page = 50
    chooser_viewset_class = OrganisationChooserViewSet


register_snippet(OrganisationViewSet)


@hooks.register("register_admin_viewset")
def register_case_studies() -> ReviewedPageViewSet:
    return ReviewedPageViewSet(model=CaseStudyPage, checklist=checklist)


@hooks.register("insert_editor_js")
def foldable_rows() -> str:
    return format_html('<script src="{}"></script>', static("js/admin/rows.js"))
