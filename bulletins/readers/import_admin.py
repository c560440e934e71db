"""The admin's pages to import readers: a file and a statement, what would happen, a yes, and what did happen."""

from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from wagtail.admin import messages

from bulletins.readers import importing, tasks
from bulletins.readers.columns import Layout, Role
from bulletins.readers.exporting import download, refusal_lines
from bulletins.readers.models import ReaderImport, RefusedLine
from bulletins.readers.uploading import UploadPage, check_size, csv_file
from core.open_forms import check_text

EARLIER = 10
SHOWN = 20  # refused lines on the page; the report has all
REFRESH = 3  # seconds
Step = ReaderImport.Step
Kind = ReaderImport.Kind


NO_STATEMENT = {
    Kind.READERS: "Say where and when they consented. Without consent nobody may be imported.",
    Kind.SUPPRESSION: "Say where this list comes from.",
}


class ImportForm(forms.Form):
    file = csv_file(
        "The first line names the columns. The emails are found by what stands in a column; “areas” may hold service "
        "areas, separated by semicolons, and “consent” a statement for each line. Whoever says no in any column, such as "
        "“unsubscribed” or “opt-in: no”, is refused."
    )
    kind = forms.ChoiceField(
        label="Who is in it?",
        choices=Kind.choices,
        initial=Kind.READERS,
        required=False,
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(
        label="Where and when did these people consent?",
        help_text="Kept with each reader as proof, for example “Ticked the box on the paper form at the conference in "
        "Leeds, 12 March 2007; forms are kept in the office”. For a suppression list: where it comes from.",
        max_length=2000,
        required=False,
        validators=[check_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, may_suppress: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_suppress:
            del self.fields["kind"]

    def clean_file(self) -> UploadedFile:
        return check_size(self.cleaned_data["file"], importing.LARGEST)

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind") or Kind.READERS
        if not self.cleaned_data.get("statement") and "statement" not in self.errors:
            self.add_error("statement", NO_STATEMENT[kind])
        return self.cleaned_data | {"kind": kind}


class ColumnsForm(forms.Form):
    """What each column of a file holds."""

    def __init__(self, layout: Layout, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layout = layout
        for place, column in enumerate(layout.columns):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=column.heading, choices=Role.choices, initial=column.role
            )

    def clean(self) -> dict[str, Any]:
        roles = list(self.cleaned_data.values())
        if roles.count(Role.EMAIL) != 1:
            raise forms.ValidationError("Choose “Email” for exactly one column.")
        for role in (Role.AREAS, Role.CONSENT):
            if roles.count(role) > 1:
                raise forms.ValidationError(f"Choose “{role.label}” for one column only.")
        return self.cleaned_data

    def chosen(self) -> Layout:
        return self.layout.with_roles([self.cleaned_data[name] for name in self.fields])

    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """Each column's field with an example of what stands there."""
        return list(zip(self, (column.example for column in self.layout.columns), strict=True))


class _ImportPage(UploadPage):
    permission_required = "add"
    page_title = "Import readers"


class ImportsView(_ImportPage):
    template_name = "bulletins/readers/admin/imports.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(self._form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self._form(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form)
        file = form.cleaned_data["file"]
        name = str(file.name).replace("\0", "")
        statement, kind = form.cleaned_data["statement"], form.cleaned_data["kind"]
        run = importing.start(file.read(), name, statement, request.user, kind)
        transaction.on_commit(partial(tasks.work_through_import.enqueue, run.pk))
        return redirect("readers:import", run.pk)

    def _form(self, *args: Any) -> ImportForm:
        # A suppression list unsubscribes readers, which is more than adding some.
        return ImportForm(*args, may_suppress=self.user_has_permission("change"))

    def _page(self, form: ImportForm) -> HttpResponse:
        earlier = ReaderImport.objects.defer("content").select_related("by")[:EARLIER]
        return self.shown(form=form, earlier=earlier)


class _OneImport(_ImportPage):
    run: ReaderImport

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.user_has_permission(self.permission_required):
            self.run = get_object_or_404(ReaderImport.objects.defer("content").select_related("by"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)


class ImportView(_OneImport):
    """How far it is. While it goes on the page fetches itself again: no script, and a screen reader hears the count."""

    template_name = "bulletins/readers/admin/import.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(ColumnsForm(Layout.from_json(self.run.columns)))

    def page(self, form: ColumnsForm) -> HttpResponse:
        reasons = RefusedLine.objects.filter(run=self.run).order_by().values_list("reason").annotate(number=Count("pk"))
        response = self.shown(
            run=self.run,
            form=form,
            unused=form.layout.told(),
            percent=min(100, 100 * self.run.read // max(1, self.run.lines)),
            reasons=reasons.order_by("-number", "reason")[:SHOWN],
            refusals=self.run.refusals.all()[:SHOWN],
            shown_at_most=SHOWN,
        )
        if self.run.running:
            response["Refresh"] = str(REFRESH)
        return response


class ColumnsView(ImportView):
    """Check the file again with the columns as somebody chose them."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ColumnsForm(Layout.from_json(self.run.columns), request.POST)
        if self.run.step == Step.CHECKED and not form.is_valid():
            return self.page(form)
        if self.run.step == Step.CHECKED and importing.check_again(self.run, form.chosen()):
            transaction.on_commit(partial(tasks.work_through_import.enqueue, self.run.pk))
        return redirect("readers:import", self.run.pk)


class GoOnView(_OneImport):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.run.suppresses and not self.user_has_permission("change"):
            raise PermissionDenied
        if importing.go_on(self.run):
            transaction.on_commit(partial(tasks.work_through_import.enqueue, self.run.pk))
        return redirect("readers:import", self.run.pk)


class DiscardView(_OneImport):
    """Of a file that was not imported nothing is kept."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if ReaderImport.objects.filter(pk=self.run.pk, step__in=(Step.CHECKED, Step.FAILED)).delete()[0]:
            messages.success(request, f"“{self.run.file_name}” is discarded. Nobody was imported.")
            return redirect("readers:imports")
        return redirect("readers:import", self.run.pk)


class ReportView(_OneImport):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        rows = self.run.refusals.values_list("line", "reason", "text").iterator()
        return download(refusal_lines(rows), f"refused-lines-{self.run.pk}.csv")
