from typing import Any

from django import forms

from core.open_forms import check_line, check_text

TOO_LONG = "Use at most %(limit_value)d characters; there are %(show_value)d."


def _line(missing: str, kind: type[forms.CharField] = forms.CharField, **options: Any) -> forms.CharField:
    errors = {"required": missing, "max_length": TOO_LONG, "invalid": "Enter a mail address such as name@example.org."}
    return kind(error_messages=errors, validators=[check_line], **options)


class AskForm(forms.Form):
    """No maxlength attributes: a browser would cut what is pasted without a word."""

    name = _line(
        "Enter your name.",
        label="Your name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = _line(
        "Enter your mail address.",
        forms.EmailField,
        label="Your mail address",
        max_length=254,
        help_text="The answer comes to this address.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    organisation = _line(
        "",
        label="Your organisation (optional)",
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    question = forms.CharField(
        label="Your question",
        max_length=4000,
        help_text="At most 4,000 characters. Say what you plan and what you would like to know.",
        error_messages={"required": "Write your question.", "max_length": TOO_LONG},
        validators=[check_text],
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
