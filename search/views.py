"""The search page and its formats. A listing is this page with a dimension fixed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_safe

from search import analysis, formats, opensearch, presentation
from search.answers import Answer, QueryParams, answer, answer_or_none, similar_answer, suggest
from search.facets import DIMENSIONS, Vocabulary, aliases, vocabulary
from search.protocols import Unavailable
from search.query import PER_PAGE
from search.slow_log import timed

FORMATS = {"json": formats.as_json, "csv": formats.as_csv, "atom": formats.as_atom}
EXPORTED = 1000  # results at most in one file or feed
SUGGESTED = 8
KINDS_OF_SUGGESTIONS = {"organisation_name": "organisation"}  # facets that readers know by another name
NAMES = ("q", *DIMENSIONS, "year_from", "year_to", "sort", "page", "format")
HELPFUL_WORDS = 6  # words of a question that found nothing which are tried alone


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    return respond(request, "search/search.html")


def respond(
    request: HttpRequest,
    template: str,
    fixed: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The answer to a request's parameters in the format that it asks for; 301 where one of them has an old slug."""
    known = vocabulary()
    today = address_of_today(request, known, fixed or {})
    if today:
        response = HttpResponsePermanentRedirect(today)
        response["Cache-Control"] = "no-cache"  # a term may take its old slug back
        return response
    form = (request.GET.getlist("format") or ["html"])[-1]
    whole = form in ("csv", "atom")  # from the first result on, whatever page the address names
    try:
        with timed("a search", _asked(request)):
            found = answer(request.GET, fixed, EXPORTED if whole else PER_PAGE, first_page=whole, known=known)
            words = words_alone(found) if form not in FORMATS and not found.results.total else []
    except Unavailable:
        return unavailable(request, form)
    if form in FORMATS:
        return FORMATS[form](request, found)
    in_full = [name for name in DIMENSIONS if name in request.GET.getlist(presentation.WHOLE)]
    return render(request, template, dict(context or {}) | presentation.page(request.path, found, words, in_full))


def address_of_today(request: HttpRequest, known: Vocabulary, fixed: Mapping[str, str]) -> str:
    """This request's address with the slugs of today, all else as it was; empty where it needs no other."""
    chosen = {name: request.GET.getlist(name) for name in DIMENSIONS if name not in fixed and name in request.GET}
    renamed = aliases(chosen, known)
    if not renamed:
        return ""
    pairs: dict[tuple[str, str, int], None] = {}
    for place, (name, value) in enumerate(parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)):
        # A filter chosen twice is one filter; anything else stays, twice if it was there twice.
        pairs[name, renamed.get(name, {}).get(value, value), 0 if name in chosen else place] = None
    return f"{escape_uri_path(request.path)}?{urlencode([(name, value) for name, value, _ in pairs])}"


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """What can be typed into a search box, in plain words."""
    return render(request, "search/help.html", {"most_words": analysis.MAX_WORDS})


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Everything new, as Atom."""
    try:
        return formats.as_atom(request, answer(QueryParams({"sort": ["newest"]}), per_page=EXPORTED))
    except Unavailable:
        return unavailable(request, "atom")


@require_safe
def similar_to(request: HttpRequest, page_id: int) -> HttpResponse:
    """Pages like one page, in the shape of a search's JSON."""
    try:
        with timed("similar pages", str(page_id)):
            found = similar_answer(page_id)
    except Unavailable:
        return unavailable(request, "json")
    return formats.as_json(request, found)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What somebody who types may mean. `format=opensearch` is what browsers' own search boxes read."""
    text = analysis.clean((request.GET.getlist("q") or [""])[-1])
    with timed("suggestions", text):
        found = suggest(text, SUGGESTED)
    if request.GET.get("format") == "opensearch":
        response = opensearch.as_suggestions(text, found)
    else:
        rows = [
            {"text": row.text, "url": row.url, "kind": KINDS_OF_SUGGESTIONS.get(row.kind, row.kind)} for row in found
        ]
        response = JsonResponse({"suggestions": rows})
    # Kept by the browser that asked; there are too many beginnings of words for the page cache.
    response["Cache-Control"] = "private, max-age=60"
    return response


def words_alone(found: Answer) -> list[tuple[str, int]]:
    """Of a question that found nothing: its words that would find something alone and without filters, with totals."""
    words = list(dict.fromkeys(analysis.tokens(found.query.text)))
    telling = [word for word in words if word not in analysis.STOP_WORDS][:HELPFUL_WORDS]
    if len(words) == 1 and any(row.total for row in found.results.relax):
        return []  # the same word with one filter less is offered already
    answers = [(word, answer_or_none({"q": [word]}, per_page=1)) for word in telling]
    return [(word, alone.results.total) for word, alone in answers if alone and alone.results.total]


def _asked(request: HttpRequest) -> str:
    """The question for the log: words and filters as they came; other parameters are nobody's business."""
    pairs = [f"{name}={value}" for name in NAMES for value in request.GET.getlist(name)]
    return " ".join([request.path, *pairs])


def unavailable(request: HttpRequest, form: str) -> HttpResponse:
    if form == "json":
        return JsonResponse({"error": "The search index cannot answer at the moment."}, status=503)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "60"
    return response
