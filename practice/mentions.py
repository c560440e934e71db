"""Which organisations template contracts name, and as what."""

from collections.abc import Iterator

from core.findable import indexable
from organisations.mentions import Mention
from practice.models import TemplateContractPage

LAST = 20_000  # behind the roles of case studies


def mentioned() -> set[int]:
    """The organisations that keep a template contract which everybody may read."""
    owned = indexable(TemplateContractPage.objects.filter(kept_by__isnull=False))
    return set(owned.values_list("kept_by", flat=True))


def mentions(organisation: int) -> Iterator[Mention]:
    for page in indexable(TemplateContractPage.objects.filter(kept_by=organisation)):
        yield Mention(page.pk, "Owner of template contracts", page.title, page.get_url() or "", page.service, LAST)
