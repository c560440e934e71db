from typing import Any

from django.urls import path, reverse
from django.utils.functional import cached_property
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from organisations.admin_views import LIST, DoublesView, MergeView, register_organisation_actions
from organisations.chooser import OrganisationChooserViewSet
from organisations.models import Organisation


class OrganisationIndexView(IndexView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.user_has_permission("delete"):
            buttons.append(Button("Possible doubles", url=reverse(f"{LIST}:doubles"), icon_name="copy", priority=20))
        return buttons


class OrganisationEditView(EditView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if self.user_has_permission("delete"):
            url = reverse(f"{LIST}:merge", args=[self.object.pk])
            buttons.append(Button("Merge into another…", url=url, icon_name="resubmit", priority=14))
        return buttons


class OrganisationViewSet(SnippetViewSet):
    model = Organisation
    icon = "group"
    add_to_admin_menu = True
    menu_label = "Organisations"
    menu_order = 310
    list_display = ["name", "organisation_type", "place"]
    list_filter = ["organisation_type"]
    list_per_page = 50
    chooser_viewset_class = OrganisationChooserViewSet
    index_view_class = OrganisationIndexView
    edit_view_class = OrganisationEditView

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("doubles/", DoublesView.as_view(), name="doubles"),
            path("merge/<int:pk>/", MergeView.as_view(), name="merge"),
        ]


register_snippet(OrganisationViewSet)
hooks.register("register_log_actions", register_organisation_actions)
