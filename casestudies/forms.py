from typing import Any

from editorial.forms import ReviewedPageForm

NO_ORGANISATION = "Add at least one organisation and say what its role is."


class CaseStudyForm(ReviewedPageForm):
    required_rows = {"organisations": ("Organisations and their roles", NO_ORGANISATION)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        publishing = not self.is_deferred_validation
        organisations = self.formsets.get("organisations")
        if publishing and organisations is not None and not any(map(_kept, organisations.forms)):
            self.add_error(None, NO_ORGANISATION)
        return cleaned


def _kept(form: Any) -> bool:
    """Whether a row of a formset is filled in and not marked for deletion."""
    return form.has_changed() or form.instance.pk is not None if not _deleted(form) else False


def _deleted(form: Any) -> bool:
    return bool(form.data.get(form.add_prefix("DELETE")))
