"""Mails that remind people of reviews. `manage.py jobs` queues them each minute."""

import datetime
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from editorial.review import ReviewReminder, due
from mail.kinds import Kind
from mail.kinds import register as register_kind
from mail.models import OutgoingMail
from mail.sending import from_templates, send

User = get_user_model()
KIND = "review_reminder"
REPEAT = datetime.timedelta(days=30)


def remind(contact: str = "") -> int:
    """Queue a mail for everybody that lists their live pages that have come due and that they were not reminded of within
    the last 30 days. Pages that nobody who is active owns go to `contact`, the site's own email, if there is one.
    Returns the number of mails.

    A reminder is noted and its mail queued in one transaction: two processes at once, or a process that is killed at any
    moment, never send the same reminder twice within 30 days, and lose none."""
    now = timezone.now()
    queued = 0
    for owner, pages in _waiting(contact, now).items():
        with transaction.atomic():
            kept = [page for page in pages if _claim(page, owner, now)]
            if kept:
                recipient = owner.email if owner else contact
                send(KIND, recipient, owner=owner and owner.pk, pages=[page.pk for page in kept])
                queued += 1
    return queued


def _waiting(contact: str, now: datetime.datetime) -> dict[Any, list[Page]]:
    """The pages that have come due and not been mailed about, by the active user who owns them, or None."""
    active = User.objects.filter(is_active=True, pk=OuterRef("reviewer_id"))
    pages = due(Page.objects.all(), timezone.localdate()).annotate(owned=Exists(active))
    reminded = ReviewReminder.objects.filter(
        page=OuterRef("pk"), review_date=OuterRef("due_on"), sent_at__gt=now - REPEAT
    )
    by_owner = Q(owned=True) & ~Q(Exists(reminded.filter(owner=OuterRef("reviewer_id"))))
    unowned = Q(owned=False) & ~Q(Exists(reminded.filter(owner=None)))
    found = pages.filter(by_owner | unowned if contact else by_owner)
    rows = list(found)
    owners = User.objects.in_bulk({page.reviewer_id for page in rows if page.owned})
    waiting: dict[Any, list[Page]] = defaultdict(list)
    for page in rows:
        waiting[owners.get(page.reviewer_id) if page.owned else None].append(page)
    return waiting


def _claim(page: Page, owner: Any, now: datetime.datetime) -> bool:
    """Whether it is this process that may remind of it."""
    reminder, made = ReviewReminder.objects.get_or_create(
        page_id=page.pk, owner=owner, review_date=page.due_on, defaults={"sent_at": now}
    )
    again = ReviewReminder.objects.filter(pk=reminder.pk, sent_at__lte=now - REPEAT)
    return made or bool(again.update(sent_at=now))


def write(mail: OutgoingMail) -> EmailMessage | None:
    """Lists those of the pages that are still due; none where nobody is to be reminded any more."""
    owner = User.objects.filter(pk=mail.data["owner"], is_active=True).first()
    pages = list(due(Page.objects.filter(pk__in=mail.data["pages"]), timezone.localdate()))
    if not pages or (mail.data["owner"] and owner is None):
        return None
    context = {
        "owner": owner,
        "pages": [
            {
                "title": page.title,
                "kind": page.page_type_display_name,
                "due_on": page.due_on,
                "url": settings.SITE_URL + reverse("wagtailadmin_pages:edit", args=[page.pk]),
            }
            for page in pages
        ],
        "report": settings.SITE_URL + reverse("reviews_report"),
    }
    return from_templates(KIND, mail.recipient, context)


def register() -> None:
    register_kind(Kind(KIND, "Reminder of reviews", write))
