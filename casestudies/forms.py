from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm


class CaseStudyForm(WagtailAdminPageForm):
    """A draft may lack anything but its title; publishing says what is missing."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        publishing = not self.deferred_required_fields
        organisations = self.formsets.get("organisations")
        if publishing and organisations is not None and not any(map(_kept, organisations.forms)):
            self.add_error(None, "Add at least one organisation and say what its role is.")
        return cleaned


def _kept(form: Any) -> bool:
    """Whether a row of a formset is filled in and not marked for deletion."""
    return form.has_changed() or form.instance.pk is not None if not _deleted(form) else False


def _deleted(form: Any) -> bool:
    return bool(form.data.get(form.add_prefix("DELETE")))
