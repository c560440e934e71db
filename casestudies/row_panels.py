"""The forms of the rows of a case study."""

from django.forms import TextInput
from wagtail.admin.panels import FieldPanel, FieldRowPanel


def _line(*names: str) -> FieldRowPanel:
    return FieldRowPanel([FieldPanel(name) for name in names])


ORGANISATION_ROLE = [_line("organisation", "role")]
PLACE = [FieldPanel("name")]
PERIOD = [_line("phase", "start", "end"), FieldPanel("note")]
COST = [
    # Browsers drop letters from a field of numbers.
    FieldRowPanel([*map(FieldPanel, ("kind", "amount", "amount_to")), FieldPanel("ratio", widget=TextInput)]),
    _line("paid_for", "period"),
    FieldPanel("words"),
    FieldPanel("source"),
]
PEOPLE = [_line("kind", "number", "number_to", "unit"), _line("words", "period"), FieldPanel("source")]
CONTRACT = [
    _line("contract_form", "commissioner"),
    _line("start", "end", "value", "value_to"),
    _line("words", "reference"),
]
CONTACT = [_line("name", "role"), FieldPanel("email")]
SOURCE = [FieldPanel("citation"), FieldPanel("url")]
LINK = [FieldPanel("title"), _line("url", "document")]
MILESTONE = [_line("date", "text")]
OUTCOME = [
    FieldPanel("measure"),
    _line("before", "after", "unit"),
    _line("date", "verification"),
    FieldPanel("source"),
]
