"""The admin's pages that merge an organisation into another and list what may be doubles. Only POST does anything."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.permissions import ModelPermissionPolicy

from organisations.doubles import doubles, doubles_of
from organisations.merging import Merge, merge, plan, targets
from organisations.models import Organisation

LIST = "wagtailsnippets_organisations_organisation"
MANY = 100  # pairs that are shown at once


class TargetForm(forms.Form):
    """Which organisation another is merged into."""

    into = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Merge into",
        error_messages={
            "required": "Choose the organisation to merge into.",
            "invalid_choice": "Choose another organisation of the list.",
        },
    )

    def __init__(self, organisation: Organisation, data: Any = None) -> None:
        super().__init__(data)
        self.fields["into"].queryset = targets(organisation)  # type: ignore[attr-defined]


class OrganisationAdminView(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    permission_policy = ModelPermissionPolicy(Organisation)
    permission_required = "delete"
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        listed = {"url": reverse(f"{LIST}:list"), "label": "Organisations"}
        return [*self.breadcrumbs_items, listed, {"url": "", "label": str(self.page_title)}]

    def show(self, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**context))


class MergeView(OrganisationAdminView):
    """First asks for the target, then for a yes to what would happen."""

    page_title = "Merge"
    template_name = "organisations/admin/merge.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = get_object_or_404(Organisation, pk=kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.object.name

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TargetForm(self.object, request.GET if "into" in request.GET else None)
        return self.ask(form, plan(self.object, form.cleaned_data["into"]) if form.is_valid() else None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TargetForm(self.object, request.POST)
        if form.is_valid():
            try:
                done = merge(self.object, form.cleaned_data["into"], request.user)
            except ValidationError as error:  # somebody else was quicker
                form.add_error("into", error)
            else:
                edit_url = reverse(f"{LIST}:edit", args=[done.target.pk])
                messages.success(request, said(done), buttons=[messages.button(edit_url, "Edit")])
                return redirect(f"{LIST}:list")
        return self.ask(form, None)

    def ask(self, form: TargetForm, planned: Merge | None) -> HttpResponse:
        return self.show(
            organisation=self.object,
            edit_url=reverse(f"{LIST}:edit", args=[self.object.pk]),
            form=form,
            merge=planned,
            doubles=doubles_of(self.object),
            media=forms.Media(),
        )


class DoublesView(OrganisationAdminView):
    page_title = "Possible doubles"
    template_name = "organisations/admin/doubles.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pairs = doubles()
        return self.show(pairs=pairs[:MANY], more=max(0, len(pairs) - MANY), media=forms.Media())


def said(done: Merge) -> str:
    pages = f"{len(done.pages):,} page{'' if len(done.pages) == 1 else 's'}"
    return f"“{done.organisation}” is merged into “{done.target}”: {pages} followed. Its address still works."


def register_organisation_actions(actions: LogActionRegistry) -> None:
    """What the history calls these acts."""

    @actions.register_action("organisations.merge")
    class MergeFormatter(LogFormatter):
        label = "Merge an organisation"

        def format_message(self, log_entry: Any) -> str:
            return f"“{log_entry.data.get('name')}” merged into this: {log_entry.data.get('pages', 0)} pages"
