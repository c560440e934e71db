"""What the books of sending do when a reader leaves, is erased, or wants to know what is held."""

from typing import Any

from django.http import HttpRequest

from bulletins.readers.exporting import time_of
from bulletins.readers.models import Reader
from bulletins.readers.signals import forgetting, left_by_link, telling
from bulletins.sending import visits
from bulletins.sending.models import Delivery


def connect() -> None:
    left_by_link.connect(_left, dispatch_uid="sending_left")
    forgetting.connect(_forget, dispatch_uid="sending_forget")
    telling.connect(_tell, dispatch_uid="sending_tell")


def _left(request: HttpRequest, reader: Reader, **kwargs: Any) -> None:
    visits.left(request, reader)


def _forget(reader: Reader, **kwargs: Any) -> None:
    """The books keep their numbers, and lose what a mail server said of this reader."""
    Delivery.objects.filter(reader=reader).exclude(problem="").update(problem="")


def _tell(reader: Reader, held: dict[str, Any], **kwargs: Any) -> None:
    held["bulletins"] = [
        {
            "title": one.sending.title,
            "what": one.get_state_display(),
            "sent": time_of(one.sent_at),
            "tries": one.attempts,
            "problem": one.problem,
            "came_back": one.get_bounced_display(),
            "came_back_at": time_of(one.bounced_at),
            "reported_as_spam": time_of(one.complained_at),
            "unsubscribed_from_it": time_of(one.unsubscribed_at),
        }
        for one in Delivery.objects.filter(reader=reader).select_related("sending").order_by("-pk")
    ]
