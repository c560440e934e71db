"""The one door for mail: `send` puts a mail of a known kind into the queue, and a worker does the rest.

Nothing here asks a mail server, so a request may call it, and takes as long for one recipient as for another.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from caching.site_name import site_name
from mail import kinds, tasks
from mail.headers import sender
from mail.models import OutgoingMail

# No out-of-office reply answers a mail that a program wrote.
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send(kind: str, recipient: str, **data: Any) -> OutgoingMail:
    """Queue a mail to this email; `data`, which JSON can hold, is what its kind needs to write it. In a transaction it
    leaves only if that is committed."""
    found = kinds.find(kind)
    if found is None:
        raise ValueError(f"There is no kind of mail {kind!r}.")
    mail = OutgoingMail.objects.create(kind=kind, recipient=recipient, data=data, priority=found.priority)
    transaction.on_commit(tasks.wake)
    return mail


def from_templates(name: str, to: str, context: dict[str, Any], **options: Any) -> EmailMultiAlternatives:
    """The mail of templates/mail/<name>/: subject.txt, body.txt and, where there is one, body.html. `options` as
    EmailMessage takes them."""
    site = site_name()
    context = {"site_name": site, "site_url": settings.SITE_URL} | context
    subject = " ".join(_rendered(f"mail/{name}/subject.txt", context).split())
    body = _rendered(f"mail/{name}/body.txt", context)
    options["headers"] = AUTOMATIC | options.get("headers", {})
    mail = EmailMultiAlternatives(subject, body, sender(site), [to], **options)
    with suppress(TemplateDoesNotExist):
        mail.attach_alternative(_rendered(f"mail/{name}/body.html", context), "text/html")
    return mail


def _rendered(name: str, context: dict[str, Any]) -> str:
    return str(get_template(name).render(context))
