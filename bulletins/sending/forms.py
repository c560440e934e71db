import datetime
from typing import Any

from django import forms
from django.utils import timezone

from bulletins.sending.statistics import LONDON

NOW, AT = "now", "at"
FARTHEST = datetime.timedelta(days=366)


class WhenForm(forms.Form):
    when = forms.ChoiceField(
        label="When",
        choices=[(NOW, "Now"), (AT, "At a time")],
        initial=NOW,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it goes out now or at a time."},
    )
    at = forms.DateTimeField(
        label="Day and time",
        required=False,
        help_text="In London time, for example 3 December 2007, 09:30. Only for “At a time”.",
        # Plain text: a calendar would open over the button below, and a native field sends nothing that it cannot read.
        widget=forms.DateTimeInput(attrs={"autocomplete": "off"}),
    )

    def full_clean(self) -> None:
        with timezone.override(LONDON):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") != AT:
            cleaned["at"] = None
            self.errors.pop("at", None)
        elif "at" in cleaned:
            at, now = cleaned["at"], timezone.now()
            if at is None:
                self.add_error("at", "Enter the day and the time at which it goes out.")
            elif at <= now:
                self.add_error("at", "This time is over. Choose a later one, or “Now”.")
            elif at > now + FARTHEST:
                self.add_error("at", "Choose a time within a year from now.")
        return cleaned
