from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bulletins.readers.addresses import normalise
from bulletins.readers.mailboxes import unwrapped
from mail.server import why_not
from taxonomy.models import SLUG, Facet, Term

Options = list[tuple[Term, bool]]


class _Checkboxes(forms.CheckboxSelectMultiple):
    def id_for_label(self, id_: str, index: Any = None) -> str:
        return id_  # where the error summary leads


class AreasField(forms.Field):
    """Service areas and groups of them by their slugs, old slugs of merged terms too."""

    widget = _Checkboxes

    def clean(self, value: Any) -> list[Term]:
        slugs = [slug.lower() for slug in value or () if SLUG.fullmatch(slug)]
        rows = Term.all_objects.filter(facet=Facet.AREA, slug__in=slugs).select_related("merged_into")
        found = {row.slug: row.merged_into or row for row in rows}
        if len(slugs) < len(value or ()) or not found.keys() >= set(slugs):
            raise ValidationError("One of the service areas is not in our list any more. Choose again.")
        return list({term.pk: term for term in found.values()}.values())


class AreasForm(forms.Form):
    area = AreasField(label="Service areas", required=False)

    def area_groups(self) -> list[tuple[Term, bool, Options]]:
        """Each group that has areas, whether it is chosen, and its areas with the same; retired ones only where they are
        chosen."""
        chosen = {str(slug) for slug in self["area"].value() or ()}
        terms = [term for term in Term.objects.filter(facet=Facet.AREA) if not term.retired or term.slug in chosen]
        groups = [
            (group, group.slug in chosen, [(one, one.slug in chosen) for one in terms if one.parent_id == group.pk])
            for group in terms
            if group.parent_id is None
        ]
        return [group for group in groups if group[1] or group[2]]

    def any_chosen(self) -> bool:
        return bool(self["area"].value())


class SubscribeForm(AreasForm):
    email = forms.CharField(
        label="Your mail address",
        max_length=1000,  # what is longer is no address, whatever the normal form makes of it
        error_messages={"required": "Enter your mail address.", "max_length": "That is too long for a mail address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    consent = forms.BooleanField(error_messages={"required": "Tick the box if you want the e-bulletin by mail."})

    field_order = ["email", "area", "consent"]

    def __init__(self, data: Mapping[str, Any] | None = None, *, words: str) -> None:
        super().__init__(data)
        self.fields["consent"].label = words
        self.fields["email"].widget.attrs.pop("maxlength", None)

    def clean_email(self) -> str:
        email = normalise(unwrapped(self.cleaned_data["email"]))
        if why := why_not(email):
            raise ValidationError(why, code="unreachable")
        return email
