"""The page of an organisation: what it is, and everything here that names it. One that no published page names has none."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.mentions import mentions
from organisations.models import Organisation


@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organisation.find(slug)
    if found is None:
        raise Http404
    if found.slug != slug:
        response = HttpResponsePermanentRedirect(found.get_absolute_url())
        response["Cache-Control"] = "no-cache"
        return response
    named = mentions(found.pk)
    if not named:
        raise Http404
    context = {
        "organisation": found,
        "kind": found.organisation_type,
        "roles": [(role, list(rows)) for role, rows in groupby(named, key=lambda mention: mention.role)],
        "contracts": [(mention, contract) for mention in named for contract in mention.contracts],
        "total": len({mention.page_id for mention in named}),
    }
    return render(request, "organisations/organisation.html", context)
