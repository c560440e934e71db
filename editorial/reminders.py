"""Mail that reminds people of reviews. `manage.py jobs` calls it each minute."""

import datetime
import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from caching.site_name import site_name
from editorial.review import ReviewReminder, due
from mail.headers import sender

User = get_user_model()
logger = logging.getLogger(__name__)
REPEAT = datetime.timedelta(days=30)


def remind(contact: str = "") -> int:
    """Send everybody one mail that lists their live pages that have come due and that they were not reminded of within
    the last 30 days. Pages that nobody who is active owns go to `contact`, the site's own address, if there is one.
    Returns the number of mails. Raises an ExceptionGroup at the end if some could not be sent; those are tried again
    with the next call.

    At most once: a reminder is noted and committed before its mail is handed over. Two processes at once, or a process
    that is killed at any moment, never send the same reminder twice within 30 days; killed between the note and the
    mail, that one is sent 30 days later, if the review is still due."""
    now = timezone.now()
    sent, errors = 0, []
    for owner, pages in _waiting(contact, now).items():
        claimed = {page.pk: _claim(page, owner, now) for page in pages}
        kept = [page for page in pages if claimed[page.pk]]
        if not kept:
            continue
        try:
            _send(owner.email if owner else contact, owner, kept)
            sent += 1
        except Exception as error:
            _release((pk for pk in claimed.values() if pk), now)
            logger.exception("a reminder of %s reviews could not be sent; it is tried again", len(kept))
            errors.append(error)
    if errors:
        raise ExceptionGroup("reminders of reviews could not be sent", errors)
    return sent


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


def _claim(page: Page, owner: Any, now: datetime.datetime) -> int | None:
    """The id of the reminder if it is this process that may send it."""
    reminder, made = ReviewReminder.objects.get_or_create(
        page_id=page.pk, owner=owner, review_date=page.due_on, defaults={"sent_at": now}
    )
    again = ReviewReminder.objects.filter(pk=reminder.pk, sent_at__lte=now - REPEAT)
    return reminder.pk if made or again.update(sent_at=now) else None


def _release(reminders: Iterable[int], now: datetime.datetime) -> None:
    ReviewReminder.objects.filter(pk__in=list(reminders)).update(sent_at=now - REPEAT)


def _send(address: str, owner: Any, pages: list[Page]) -> None:
    name = site_name()
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
        "site_name": name,
        "report": settings.SITE_URL + reverse("reviews_report"),
    }
    several = len(pages) > 1
    subject = f"{len(pages)} pages are due for review" if several else "A page is due for review"
    send_mail(subject, render_to_string("home/mail/reviews.txt", context), sender(name), [address])
