from typing import Any

from django.db.models import Max

from editorial.forms import DraftForm


class BulletinForm(DraftForm):
    """A new issue is given the number after the last one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "issue_number" in self.fields and self.instance.pk is None and not self.instance.issue_number:
            last = type(self.instance).objects.aggregate(last=Max("issue_number"))["last"]
            self.initial["issue_number"] = (last or 0) + 1
