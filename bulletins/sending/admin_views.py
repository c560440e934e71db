"""The admin's pages to send an issue and to watch it go. What cannot be taken back asks first; all of it is logged."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from wagtail.admin import messages

from bulletins.admin_views import IssueView
from bulletins.approval import may_be_sent
from bulletins.models import BulletinPage
from bulletins.permissions import SEND
from bulletins.readers.exporting import download
from bulletins.sending import actions
from bulletins.sending.audience import readers_for
from bulletins.sending.exporting import delivery_lines
from bulletins.sending.forms import WhenForm
from bulletins.sending.models import Sending
from bulletins.sending.statistics import KINDS, deliveries, figures, logged, london

READERS = "bulletins.view_reader"
ON_A_PAGE = 50
State = Sending.State


class _SendingView(IssueView):
    """For those who may edit the issue, and for those who may send it."""

    header_icon = "mail"
    acting = False  # whether it takes the permission to send

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.page = get_object_or_404(BulletinPage, id=kwargs["pk"])
        user: Any = request.user
        self.may_send = user.has_perm(SEND)
        if not self.may_send and (self.acting or not self.page.permissions_for_user(user).can_edit()):
            raise PermissionDenied
        self.may_see_readers = user.has_perm(READERS)
        self.sending = Sending.objects.filter(page=self.page).first()
        return super(IssueView, self).dispatch(request, *args, **kwargs)

    @property
    def send_url(self) -> str:
        return reverse("bulletin_send", args=[self.page.pk])

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        items = super().get_breadcrumbs_items()
        return (
            items if isinstance(self, SendView) else [*items[:-1], {"url": self.send_url, "label": "Send"}, items[-1]]
        )

    def show(self, **context: Any) -> HttpResponse:
        shown = {"sending": self.sending, "send_url": self.send_url, "may_send": self.may_send}
        return super().show(**shown | {"may_see_readers": self.may_see_readers} | context)


def progress(sending: Sending) -> dict[str, Any]:
    """What the page says of a sending: its state in a sentence, how far it is, and its numbers. Three queries."""
    found = figures([sending])[sending.pk]
    done = sending.readers - found["queued"] if sending.readers else 0
    percent = 100 * done // sending.readers if sending.readers else 100 * (sending.state == State.SENT)
    return {
        "sending": sending,
        "found": found,
        "kinds": [(name, label, found[name]) for name, (label, _) in KINDS.items()],
        "acts": acts_for(sending),
        "percent": percent,
        "running": sending.state in (State.SCHEDULED, State.SENDING),
        "state": in_words(sending),
        # Screen readers are told of each tenth only.
        "said": f"{in_words(sending)} {percent // 10 * 10}% done."
        if sending.state == State.SENDING
        else in_words(sending),
    }


def acts_for(sending: Sending) -> set[str]:
    """What can be done with it now."""
    if sending.state == State.PAUSED:
        # Where it was paused before anybody got it, it may be called off altogether.
        return {"resume"} if sending.started_at else {"resume", "cancel"}
    return {State.SCHEDULED.value: {"cancel"}, State.SENDING.value: {"pause"}}.get(sending.state, set())


def in_words(sending: Sending) -> str:
    if sending.state == State.SCHEDULED:
        due = sending.at is None or sending.at <= datetime.datetime.now(datetime.UTC)
        return "It starts within a minute." if due else f"It goes out on {london(sending.at)} (London time)."
    if sending.state == State.SENDING:
        return "It is being sent."
    if sending.state == State.PAUSED:
        began = "" if sending.started_at else " Nobody has received it yet."
        return f"It is paused: nothing is sent until someone resumes it.{began}"
    if sending.state == State.CANCELLED:
        return "It was cancelled before it started. Nobody received it."
    return (
        f"It is sent. It was finished on {london(sending.finished_at)} (London time)."
        if sending.finished_at
        else "It is sent."
    )


class SendView(_SendingView):
    """Asks when, then asks once more with the issue and the number of readers; afterwards shows how far it is."""

    page_title = "Send"
    template_name = "bulletins/admin/send.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sending and self.sending.state != State.CANCELLED:
            return self.show(**progress(self.sending))
        return self._ask(WhenForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_send:
            raise PermissionDenied
        if self.sending and self.sending.state != State.CANCELLED:
            messages.warning(request, f"Nothing was changed. {in_words(self.sending)}")
            return redirect(self.send_url)
        form, readers = WhenForm(request.POST), readers_for(self.page).count()
        if not form.is_valid() or not readers or may_be_sent(self.page, request.user):
            return self._ask(form)
        at = form.cleaned_data["at"]
        if "confirmed" not in request.POST:
            self.template_name = "bulletins/admin/send_confirm.html"
            return self.show(form=form, at=at and london(at), readers=readers)
        try:
            self.sending = actions.send(self.page, request.user, at)
        except actions.NotNow as refused:
            messages.error(request, " ".join(refused.reasons))
        else:
            logged(self.page, "send", request.user, at)
            when = f"goes out on {london(at)} (London time)" if at else "is on its way to its readers"
            messages.success(request, f"“{self.page.title}” {when}.")
        return redirect(self.send_url)

    def _ask(self, form: WhenForm) -> HttpResponse:
        readers = readers_for(self.page).count()
        return self.show(form=form, readers=readers, reasons=may_be_sent(self.page, self.request.user))


class ProgressView(_SendingView):
    """The part of the page that changes; its script asks for it every few seconds."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sending is None:
            return redirect(self.send_url)
        shown = progress(self.sending) | {"send_url": self.send_url, "issue_page": self.page, "may_send": self.may_send}
        response = render(request, "bulletins/admin/send_progress.html", shown)
        response["Cache-Control"] = "no-store"
        return response


class _ActView(_SendingView):
    """Something that is done to a sending, after a yes."""

    template_name = "bulletins/admin/send_act.html"
    acting = True
    act = question = told = button = no = done = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if refused := self._refused():
            return refused
        return self.show(question=self.question, told=self.told, button=self.button, no=self.no)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if refused := self._refused():
            return refused
        try:
            getattr(actions, self.act)(self.sending)
        except actions.NotNow as error:
            messages.error(request, " ".join(error.reasons))
        else:
            logged(self.page, self.act, request.user)
            messages.success(request, self.done)
        return redirect(self.send_url)

    def _refused(self) -> HttpResponse | None:
        if self.sending and self.act in acts_for(self.sending):
            return None
        said = in_words(self.sending) if self.sending else "It is not being sent."
        messages.warning(self.request, f"Nothing was changed. {said}")
        return redirect(self.send_url)


class CancelView(_ActView):
    act, page_title = "cancel", "Cancel sending"
    question = "Cancel sending this issue?"
    told = "Nobody has received it. It stays published on the website, and you can send it later."
    button, no = "Yes, cancel sending", "No, let it go out"
    done = "Sending has been cancelled. Nobody received the issue."


class PauseView(_ActView):
    act, page_title = "pause", "Pause sending"
    question = "Pause sending this issue?"
    told = "Emails that are on their way will arrive. The other readers get theirs when someone resumes it; nobody gets it twice."
    button, no = "Yes, pause", "No, keep sending"
    done = "Sending is paused."


class ResumeView(_ActView):
    act, page_title = "resume", "Resume sending"
    question = "Resume sending this issue?"
    told = "It goes to the readers who have not had it yet, as it was when sending started: later changes are not in the email."
    button, no = "Yes, resume", "No, leave it paused"
    done = "Sending has resumed."


class DeliveriesView(_SendingView):
    """The deliveries of one kind, with the reasons; addresses only for those who may see readers."""

    page_title = "Deliveries"
    template_name = "bulletins/admin/send_deliveries.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sending is None:
            return redirect(self.send_url)
        kind = kwargs["kind"] if kwargs["kind"] in KINDS else "failed"
        rows = Paginator(deliveries(self.sending, kind), ON_A_PAGE).get_page(request.GET.get("p"))
        return self.show(kind=kind, label=KINDS[kind][0], rows=rows)


class ExportView(_SendingView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.may_see_readers:
            raise PermissionDenied
        if self.sending is None:
            return redirect(self.send_url)
        return download(delivery_lines(self.sending), f"deliveries-{self.page.slug}.csv")
