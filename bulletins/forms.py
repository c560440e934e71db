from typing import Any

from django.db.models import Max
from wagtail.admin.forms import WagtailAdminPageForm


class BulletinForm(WagtailAdminPageForm):
    """A new issue is given the number after the last one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "issue_number" in self.fields and self.instance.pk is None and not self.instance.issue_number:
            last = type(self.instance).objects.aggregate(last=Max("issue_number"))["last"]
            self.initial["issue_number"] = (last or 0) + 1

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        number = cleaned.get("issue_number")
        issues = type(self.instance).objects.exclude(pk=self.instance.pk)
        twin = issues.filter(issue_number=number).first() if number else None
        if twin:
            self.add_error("issue_number", f"“{twin.title}” is number {number} already.")
        return cleaned
