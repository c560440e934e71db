"""The admin's pages that merge a term, retire it and bring it back. Each asks first, and only POST does anything."""

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
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from taxonomy.merging import Merge, merge, plan, targets
from taxonomy.models import Facet, Term
from taxonomy.usage import page_ids


class TargetField(forms.ModelChoiceField):
    def label_from_instance(self, term: Any) -> str:
        return f"{term.label} ({term.parent.label})" if term.parent else term.label


class TargetForm(forms.Form):
    """Which term another is merged into."""

    into = TargetField(
        queryset=Term.objects.none(),
        label="Merge into",
        empty_label="Choose a term",
        help_text="Only terms of this list and this level that are in use.",
        error_messages={
            "required": "Choose the term to merge into.",
            "invalid_choice": "Choose another term of this list and this level, one that is in use.",
        },
    )

    def __init__(self, term: Term, data: Any = None) -> None:
        super().__init__(data)
        self.fields["into"].queryset = targets(term).select_related("parent")  # type: ignore[attr-defined]


class TermActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, View):
    """A page about one term of one facet."""

    facet: Facet
    model = Term
    header_icon = "tag"
    object: Term

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = get_object_or_404(Term, facet=self.facet, pk=kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.object.label

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": self._url("index"), "label": str(self.facet.label)},
            {"url": self.edit_url(self.object), "label": self.object.label},
            {"url": "", "label": str(self.page_title)},
        ]

    def edit_url(self, term: Term) -> str:
        return self._url("edit", term.pk)

    def _url(self, name: str, *args: int) -> str:
        return reverse(f"taxonomy_{self.facet.value}:{name}", args=args)

    def show(self, **context: Any) -> HttpResponse:
        shown = {"term": self.object, "edit_url": self.edit_url(self.object), "media": forms.Media()} | context
        return self.render_to_response(self.get_context_data(**shown))

    def done(self, message: str, term: Term) -> HttpResponse:
        messages.success(self.request, message, buttons=[messages.button(self.edit_url(term), "Edit")])
        return redirect(self._url("index"))


class MergeView(TermActionView):
    """First asks for the target, then for a yes to what would happen."""

    permission_required = "merge"
    page_title = "Merge"
    template_name = "taxonomy/merge.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TargetForm(self.object, request.GET if "into" in request.GET else None)
        return self.show(form=form, merge=plan(self.object, form.cleaned_data["into"]) if form.is_valid() else None)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TargetForm(self.object, request.POST)
        if form.is_valid():
            try:
                done = merge(self.object, form.cleaned_data["into"], request.user)
            except ValidationError as error:  # somebody else was quicker
                form.add_error("into", error)
            else:
                return self.done(_said(done), done.target)
        return self.show(form=form, merge=None)


def _said(done: Merge) -> str:
    parts = [_counted(len(done.pages), "page"), *([_counted(done.children, "area")] if done.children else [])]
    return f"“{done.term}” is merged into “{done.target}”: {' and '.join(parts)} followed. Its slug still works."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class RetireView(TermActionView):
    permission_required = "retire"
    page_title = "Retire"
    template_name = "taxonomy/retire.html"
    retired = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(page_count=len(page_ids(self.object)), retire=self.retired)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if Term.objects.filter(pk=self.object.pk).exclude(retired=self.retired).update(retired=self.retired):
            action = "taxonomy.retire" if self.retired else "taxonomy.bring_back"
            log(instance=self.object, action=action, user=request.user)
        said = "retired: pages keep it, forms no longer offer it" if self.retired else "in use again"
        return self.done(f"“{self.object}” is {said}.", self.object)


class BringBackView(RetireView):
    page_title = "Bring back"
    retired = False


def register_term_actions(actions: LogActionRegistry) -> None:
    """What the history calls these acts."""
    actions.register_action("taxonomy.retire", "Retire a term", "Retired")
    actions.register_action("taxonomy.bring_back", "Bring a term back", "Brought back")

    @actions.register_action("taxonomy.merge")
    class MergeFormatter(LogFormatter):
        label = "Merge a term"

        def format_message(self, log_entry: Any) -> str:
            said = log_entry.data
            return (
                f"“{said.get('label')}” ({said.get('slug')}) merged into this: {_counted(said.get('pages', 0), 'page')}"
            )
