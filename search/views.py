"""The search page and its formats. A listing is this page with a dimension fixed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search import formats, presentation
from search.answers import Values, answer, similar
from search.engine import Unavailable
from search.query import PER_PAGE

FORMATS = {"json": formats.as_json, "csv": formats.as_csv, "atom": formats.as_atom}
EXPORTED = 1000  # results at most in one file or feed


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    return respond(request, "search/search.html")


def respond(
    request: HttpRequest,
    template: str,
    fixed: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The answer to a request's parameters in the format that it asks for."""
    form = (request.GET.getlist("format") or ["html"])[-1]
    whole = form in ("csv", "atom")  # from the first result on, whatever page the address names
    try:
        found = answer(request.GET, fixed, EXPORTED if whole else PER_PAGE, first_page=whole)
    except Unavailable:
        return unavailable(request, form)
    if form in FORMATS:
        return FORMATS[form](request, found)
    return render(request, template, dict(context or {}) | presentation.page(request.path, found))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Everything new, as Atom."""
    try:
        return formats.as_atom(request, answer(Values({"sort": ["newest"]}), per_page=EXPORTED))
    except Unavailable:
        return unavailable(request, "atom")


@require_safe
def similar_to(request: HttpRequest, page_id: int) -> HttpResponse:
    """Pages like one page, in the shape of a search's JSON."""
    hits = similar(page_id, PER_PAGE)
    return JsonResponse({"results": [formats.hit(hit) for hit in hits], "total": len(hits)})


def unavailable(request: HttpRequest, form: str) -> HttpResponse:
    if form == "json":
        return JsonResponse({"error": "The search index cannot answer now."}, status=503)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "60"
    return response
