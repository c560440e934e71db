"""Asking the contact of an example: the question goes on by mail (mail.relay)."""

from django.core.mail import EmailMessage

from casestudies.models import CaseStudyPage
from mail import relay
from mail.kinds import Kind
from mail.kinds import register as register_kind
from mail.models import OutgoingMail, Priority
from mail.sending import from_templates

KIND = "contact_question"


def askable(slug: str) -> CaseStudyPage | None:
    """The example of this slug, if everybody may read it and it has somebody to ask."""
    return CaseStudyPage.objects.live().public().filter(slug=slug, contacts__email__gt="").first()


def stamp_purpose(page: CaseStudyPage) -> str:
    return f"ask-{page.pk}"


def ask(page: CaseStudyPage, asked: dict[str, str], network: str) -> None:
    """Queue what was asked (name, email, organisation, question) for the page's contact. Raises LimitReached."""
    relay.relay(KIND, page, page.contact_email, asked, network)


def write(mail: OutgoingMail) -> EmailMessage | None:
    """The asker gets no copy: whoever could have one sent to an email could have us write to strangers."""
    page = CaseStudyPage.objects.filter(pk=mail.data["page"]).first()
    if page is None:
        return None
    asked = {name: mail.data[name] for name in ("name", "email", "organisation", "question")}
    quoted = "\n".join(f"> {line}".rstrip() for line in asked["question"].splitlines())
    context = asked | {
        "quoted": quoted,
        "title": " ".join(page.title.split()),
        "url": page.full_url,
        "contact_name": page.contact_name,
    }
    return from_templates(KIND, mail.recipient, context, reply_to=[asked["email"]])


def register() -> None:
    register_kind(Kind(KIND, "Question to a contact", write, Priority.FIRST))
