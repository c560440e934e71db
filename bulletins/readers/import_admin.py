"""The admin's pages to import readers: a file and a statement, what would happen, a yes, and what did happen."""

from functools import partial
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from wagtail.admin import messages

from bulletins.readers import importing, tasks
from bulletins.readers.exporting import download, refusal_lines
from bulletins.readers.models import ReaderImport, RefusedLine
from bulletins.readers.uploading import UploadPage, check_size, csv_file
from home.open_forms import check_text

EARLIER = 10
SHOWN = 20  # refused lines on the page; the report has all
REFRESH = 3  # seconds
Step = ReaderImport.Step


class ImportForm(forms.Form):
    file = csv_file(
        "The first line names the columns. One must be called “email”; “areas” may hold service areas, separated by "
        "semicolons, and “consent” a statement for each line."
    )
    statement = forms.CharField(
        label="Where and when did these people consent?",
        help_text="Kept with each reader as proof, for example “Ticked the box on the paper form at the conference in "
        "Leeds, 12 March 2007; forms are kept in the office”.",
        max_length=2000,
        error_messages={"required": "Say where and when they consented. Without consent nobody may be imported."},
        validators=[check_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_file(self) -> UploadedFile:
        return check_size(self.cleaned_data["file"], importing.LARGEST)


class _ImportPage(UploadPage):
    permission_required = "add"
    page_title = "Import readers"


class ImportsView(_ImportPage):
    template_name = "bulletins/readers/admin/imports.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._page(ImportForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form)
        file = form.cleaned_data["file"]
        name = str(file.name).replace("\0", "")
        run = importing.start(file.read(), name, form.cleaned_data["statement"], by=request.user)
        transaction.on_commit(partial(tasks.work_through_import.enqueue, run.pk))
        return redirect("readers:import", run.pk)

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
        reasons = RefusedLine.objects.filter(run=self.run).order_by().values_list("reason").annotate(number=Count("pk"))
        response = self.shown(
            run=self.run,
            percent=min(100, 100 * self.run.read // max(1, self.run.lines)),
            reasons=reasons.order_by("-number", "reason")[:SHOWN],
            refusals=self.run.refusals.all()[:SHOWN],
            shown_at_most=SHOWN,
        )
        if self.run.running:
            response["Refresh"] = str(REFRESH)
        return response


class GoOnView(_OneImport):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
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
