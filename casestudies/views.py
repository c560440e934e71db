"""The pages on which a reader asks the contact of an example."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from casestudies import asking
from casestudies.ask_forms import AskForm
from casestudies.models import CaseStudyPage
from core import open_forms
from core.rate_limits import LimitReached

RETRY = 300  # seconds after which a mail server that is down may be back


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_forms.not_stored
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(slug)
    purpose = asking.stamp_purpose(page)
    if request.method != "POST":
        return _form(request, page, AskForm())
    if not open_forms.is_from_here(request):
        # What was sent is not shown: another site may have written it for the reader to send.
        problem = "Your browser did not say that you wrote this on our page. Nothing was sent: write it here."
        return _form(request, page, AskForm(), problem=problem, status=403)
    sent = open_forms.values(request)
    form = AskForm(sent)
    if not form.is_valid():
        return _form(request, page, form, sent)
    if problem := open_forms.objection(purpose, sent):
        return _form(request, page, form, sent, problem)
    try:
        asking.relay(page, form.cleaned_data, open_forms.network(request))
    except LimitReached as reached:
        problem = f"{asking.REACHED[reached.limit.name]} Nothing was sent. What you wrote is still here: "
        problem += f"send it again in {reached.wait_in_words}."
        response = _form(request, page, form, sent, problem, 429)
        response["Retry-After"] = reached.retry_after
        return response
    except asking.NotSent:
        problem = "Our mail is not working just now. Nothing was sent. What you wrote is still here: "
        response = _form(request, page, form, sent, problem + "send it again in a few minutes.", 503)
        response["Retry-After"] = str(RETRY)
        return response
    return HttpResponseRedirect(reverse("asked-contact", args=[slug]), status=303)


@require_safe
@open_forms.not_stored
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "casestudies/ask_sent.html", {"case_study": _page(slug)})


def _page(slug: str) -> CaseStudyPage:
    page = asking.askable(slug)
    if page is None:
        raise Http404
    return page


def _form(
    request: HttpRequest,
    page: CaseStudyPage,
    form: AskForm,
    sent: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "case_study": page,
        "form": form,
        "problem": problem,
        "stamp": open_forms.stamp(asking.stamp_purpose(page), sent),
        "kept_days": asking.KEPT.days,
    }
    return render(request, "casestudies/ask.html", context, status=status)
