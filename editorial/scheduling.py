"""Publishing and expiry at their time, page by page: one that cannot be published does not hold up the others."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Page, Revision

from editorial.one_at_a_time import held


class NotPublished(Exception):
    """Says which pages stay as they are, and why."""


def publish_scheduled() -> None:
    """What Wagtail's command of this name does, each page in its turn with the editors. Raises NotPublished."""
    now = timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lt=now)
    for pk in list(expired.order_by("expire_at").values_list("pk", flat=True)):
        with held(pk):
            for page in expired.filter(pk=pk):
                page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    due = Revision.page_revisions.filter(approved_go_live_at__lt=now)
    failed = []
    for pk, page_id in list(due.order_by("approved_go_live_at").values_list("pk", "object_id")):
        try:
            with held(int(page_id)):
                for revision in due.filter(pk=pk):
                    revision.publish(log_action="wagtail.publish.scheduled")
        except ValidationError as error:
            failed.append(f"Page {page_id} is not complete: {' '.join(error.messages)}")
    if failed:
        raise NotPublished(" ".join(failed))
