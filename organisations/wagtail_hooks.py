from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

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
