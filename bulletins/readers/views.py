"""The pages on which a reader signs up, confirms, chooses and leaves. None sets a cookie.

The pages behind a link from a mail need no check of where a form comes from: the link itself is the secret, and a
provider's one-click request comes from anywhere (RFC 8058). Their GET never changes anything: mail scanners follow links.
"""

import functools
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bulletins.readers import consent, tasks, tokens
from bulletins.readers.erasing import erase
from bulletins.readers.exporting import held_about
from bulletins.readers.forms import AreasForm, SubscribeForm
from bulletins.readers.models import Reader, SignUp, Source, State
from bulletins.readers.signals import left_by_link
from core import open_forms
from core.rate_limits import Limit, LimitReached, counted

STAMP = "subscribe"
FROM_ONE_NETWORK = 20  # sign-ups an hour: an office or a course may sign up together
ONE_CLICK = "One-Click"

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@form_methods
@open_forms.not_stored
def subscribe(request: HttpRequest) -> HttpResponse:
    words = consent.words()
    if request.method != "POST":
        return _form(request, SubscribeForm(words=words))
    if not open_forms.is_from_here(request):
        problem = "Your browser did not say that you wrote this on our page. Nothing was sent: fill it in here."
        return _form(request, SubscribeForm(words=words), problem=problem, status=403)
    sent = open_forms.values(request)
    form = SubscribeForm(_with_areas(request, sent), words=words)
    if not form.is_valid():
        return _form(request, form, sent)
    if problem := open_forms.objection(STAMP, sent):
        return _form(request, form, sent, problem)
    limit = Limit("reader-network", open_forms.network(request), FROM_ONE_NETWORK, timedelta(hours=1))
    try:
        with counted(limit):
            # The same work for every address: who it is, and whether we know them, is looked up by the task.
            areas = [term.pk for term in form.cleaned_data["area"]]
            sign_up = SignUp.objects.create(address=form.cleaned_data["email"], areas=areas, words=words)
            transaction.on_commit(functools.partial(tasks.answer_sign_up.enqueue, sign_up.pk))
    except LimitReached as reached:
        problem = "Many people signed up from your network just now. Nothing was sent. "
        problem += f"What you wrote is still here: send it again in {reached.wait_in_words}."
        response = _form(request, form, sent, problem, 429)
        response["Retry-After"] = reached.retry_after
        return response
    return HttpResponseRedirect(reverse("reader-subscribed"), status=303)


@require_safe
@open_forms.not_stored
def subscribed(request: HttpRequest) -> HttpResponse:
    return render(request, "bulletins/readers/check_mail.html", {"days": tokens.CONFIRM_WITHIN.days})


@require_safe
@open_forms.not_stored
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "bulletins/readers/erased.html")


ReaderView = Callable[[HttpRequest, Reader, str], HttpResponse]


def by_link(purpose: str) -> Callable[[ReaderView], Callable[[HttpRequest, str], HttpResponse]]:
    """A page behind a signed link for this purpose; a link that leads nowhere gets a page that says what to do."""

    def decorated(view: ReaderView) -> Callable[[HttpRequest, str], HttpResponse]:
        @csrf_exempt
        @form_methods
        @open_forms.not_stored
        @functools.wraps(view)
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            try:
                reader = tokens.reader_of(token, purpose)
            except tokens.Garbled:
                return render(request, "bulletins/readers/dead_link.html", {"purpose": purpose}, status=404)
            except tokens.Gone:
                context = {"purpose": purpose, "gone": True}
                return render(request, "bulletins/readers/dead_link.html", context, status=410)
            return view(request, reader, token)

        return wrapped

    return decorated


@by_link(tokens.CONFIRM)
def confirm(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    if request.method == "POST":
        if reader.state != State.CONFIRMED:
            consent.subscribe(reader, Source.MAIL)
        return _see(request.path)
    return render(request, "bulletins/readers/confirm.html", _about(reader))


@by_link(tokens.UNSUBSCRIBE)
def unsubscribe(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    if request.method == "POST":
        one_click = open_forms.values(request).get("List-Unsubscribe") == ONE_CLICK
        if consent.unsubscribe(reader, Source.ONE_CLICK if one_click else Source.MAIL):
            left_by_link.send(Reader, request=request, reader=reader)
        if one_click:
            return HttpResponse("Unsubscribed.\n", content_type="text/plain; charset=utf-8")
        return _see(request.path)
    return render(request, "bulletins/readers/unsubscribe.html", _about(reader))


@by_link(tokens.PREFERENCES)
def preferences(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    if request.method == "POST":
        sent = open_forms.values(request)
        action = sent.get("action", "")
        if action == "unsubscribe":
            if consent.unsubscribe(reader, Source.PREFERENCES):
                left_by_link.send(Reader, request=request, reader=reader)
        elif action == "subscribe" and reader.state != State.CONFIRMED:
            consent.subscribe(reader, Source.PREFERENCES)
        elif action == "areas":
            form = AreasForm(_with_areas(request, sent))
            if not form.is_valid():
                return _preferences(request, reader, token, form)
            reader.areas.set(form.cleaned_data["area"])
            return _see(f"{request.path}?saved=areas")
        return _see(request.path)
    return _preferences(request, reader, token, AreasForm(initial={"area": _chosen(reader)}))


@by_link(tokens.PREFERENCES)
def data(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    response = JsonResponse(held_about(reader), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="what-we-hold-about-you.json"'
    return response


@by_link(tokens.PREFERENCES)
def erase_me(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    if request.method == "POST":
        erase(reader)
        return _see(reverse("reader-erased"))
    return render(request, "bulletins/readers/erase.html", _about(reader))


def _preferences(request: HttpRequest, reader: Reader, token: str, form: AreasForm) -> HttpResponse:
    context = _about(reader) | {"form": form, "token": token, "saved": request.GET.get("saved") == "areas"}
    return render(request, "bulletins/readers/preferences.html", context | {"words": consent.words()})


def _about(reader: Reader) -> dict[str, object]:
    return {
        "reader": reader,
        "chosen": list(reader.areas.all()),
        "preferences_url": reverse("reader-preferences", args=[tokens.token(reader, tokens.PREFERENCES)]),
        "is_confirmed": reader.state == State.CONFIRMED,
    }


def _chosen(reader: Reader) -> list[str]:
    return list(reader.areas.values_list("slug", flat=True))


def _see(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)


def _with_areas(request: HttpRequest, sent: dict[str, str]) -> MultiValueDict[str, str]:
    """What was sent, with all the areas: `values` keeps the last one."""
    found = MultiValueDict({name: [value] for name, value in sent.items()})
    if "area" in sent:
        found.setlist("area", [str(area) for area in request.POST.getlist("area")])
    return found


def _form(
    request: HttpRequest, form: SubscribeForm, sent: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "problem": problem, "stamp": open_forms.stamp(STAMP, sent)}
    return render(request, "bulletins/readers/subscribe.html", context, status=status)
