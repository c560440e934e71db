"""The admin's page to import bounces: a file, what would happen, a yes. Nothing is kept of a file in between: the page
that asks carries it along, and it is checked anew."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages

from bulletins.readers.csv_lines import Unreadable, decoded
from bulletins.readers.uploading import UploadPage, check_size, csv_file
from bulletins.readers.workbooks import as_csv
from bulletins.sending.bounce_import import Finding, Verdict, take_in
from core.open_forms import NOT_TEXT

LARGEST = 200_000  # bytes: some 4,000 lines
MOST_TAGS = 400_000  # of a workbook; a request waits for it
SHOWN = 200


class BouncesForm(forms.Form):
    file = csv_file(
        "The first line names the columns: “email”, “kind” (hard, soft or complaint) and, if you like, “reason”."
    )

    def clean_file(self) -> UploadedFile:
        return check_size(self.cleaned_data["file"], LARGEST)


class BouncesView(UploadPage):
    permission_required = "change"
    page_title = "Import bounces"
    template_name = "bulletins/admin/bounces.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.shown(form=BouncesForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "text" in request.POST:
            return self._import(request.POST["text"])
        form = BouncesForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                text = _text_of(form.cleaned_data["file"].read())
                found = list(take_in(text.encode(), dry_run=True))
            except Unreadable as problem:
                form.add_error("file", str(problem))
            else:
                return self.shown(text=text, **_told(found))
        return self.shown(form=form)

    def _import(self, text: str) -> HttpResponse:
        text = text.replace("\r\n", "\n")  # browsers send the ends of lines so
        if len(text) > LARGEST:
            messages.error(self.request, "Nothing was imported: this is more than one file. Choose the file again.")
            return redirect("bulletin_bounces")
        try:
            found = list(take_in(text.encode(errors="replace"), dry_run=False))
        except Unreadable as problem:
            messages.error(self.request, str(problem))
        else:
            stopped, kept = (_number(found, verdict) for verdict in (Verdict.STOPPED, Verdict.KEPT))
            said = (
                f"Imported: {stopped} of these readers get no more mail, {kept} lines are counted for their issue only."
            )
            messages.success(self.request, said)
        return redirect("bulletin_bounces")


def _text_of(content: bytes) -> str:
    """The file as text that a page can carry along. Raises Unreadable."""
    text = decoded(as_csv(content, MOST_TAGS).content).stream.read().replace("\0", NOT_TEXT)
    if len(text) > LARGEST:
        raise Unreadable("There is too much in this file. Split it.")
    return text


def _number(found: list[Finding], verdict: Verdict) -> int:
    return sum(finding.verdict == verdict for finding in found)


def _told(found: list[Finding]) -> dict[str, Any]:
    refused = [finding for finding in found if finding.verdict == Verdict.REFUSED]
    return {
        "numbers": [(verdict.value, _number(found, verdict)) for verdict in Verdict],
        "good": len(found) - len(refused),
        "refused": refused[:SHOWN],
        "others": [finding for finding in found if finding.verdict != Verdict.REFUSED][:SHOWN],
        "shown_at_most": SHOWN,
    }
