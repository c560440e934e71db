"""Where readers say whether a page was useful. The form stands on the page itself, which is kept in caches: so it has no
signed time as other open forms have, and the limits alone hold a flood back."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from core import open_forms
from core.rate_limits import LimitReached
from editorial.feedback import REACHED, UsefulForm, asked_about, tell


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_forms.not_stored
def useful(request: HttpRequest, page_id: int) -> HttpResponse:
    page = _page(page_id)
    if request.method != "POST":
        return _form(request, page, UsefulForm())
    if not open_forms.is_from_here(request):
        problem = "Your browser did not say that you wrote this on our page. Nothing was counted: answer here."
        return _form(request, page, UsefulForm(), problem, 403)
    sent = open_forms.values(request)
    form = UsefulForm(sent)
    if problem := open_forms.trapped(sent):
        return _form(request, page, form, problem)
    if not form.is_valid():
        return _form(request, page, form)
    try:
        tell(page, form.cleaned_data["useful"] == "yes", form.cleaned_data["line"], open_forms.network(request))
    except LimitReached as reached:
        response = _form(request, page, form, f"{REACHED[reached.limit.name]} Nothing was counted.", 429)
        response["Retry-After"] = reached.retry_after
        return response
    return HttpResponseRedirect(reverse("told-useful", args=[page_id]), status=303)


@require_safe
@open_forms.not_stored
def told(request: HttpRequest, page_id: int) -> HttpResponse:
    return render(request, "editorial/feedback_thanks.html", {"about": _page(page_id)})


def _page(page_id: int) -> Page:
    page = asked_about(page_id) if page_id < 2**31 else None  # the largest number that every database can look up
    if page is None:
        raise Http404
    return page


def _form(request: HttpRequest, page: Page, form: UsefulForm, problem: str = "", status: int = 200) -> HttpResponse:
    return render(request, "editorial/feedback.html", {"about": page, "form": form, "problem": problem}, status=status)
