"""The editing forms, in the order in which people think of an example."""

from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
)
from wagtail.models import Page

from taxonomy.widgets import TagCheckboxes, TermCheckboxes


def _terms(name: str) -> FieldPanel:
    # A draft may lack them; publishing asks for those that the model requires.
    return FieldPanel(name, widget=TermCheckboxes, required_on_save=False)


def _rows(name: str, heading: str, help_text: str, **attributes: str) -> InlinePanel:
    """The rows of this name; static/js/admin/rows.js folds each to one line, and copies the last."""
    return InlinePanel(name, heading=heading, help_text=help_text, classname="foldable-rows", attrs=attributes)


CONTENT: list[Panel] = [
    *Page.content_panels,
    FieldPanel("summary"),
    FieldPanel("picture"),
    _rows(
        "organisations",
        "Organisations and their roles",
        "At least one, for example the council as commissioner and the charity as provider. "
        "Readers see the commissioner first.",
        **{"data-copy-chooses": "organisation"},
    ),
    FieldPanel("body"),
]
FACTS: list[Panel] = [
    _rows("places", "Places", "Each county, city or district where it runs, such as Norfolk."),
    _terms("regions"),
    _rows("periods", "When", "One for all of it, or one for each phase."),
    MultiFieldPanel([FieldRowPanel([FieldPanel("status"), FieldPanel("result")])], heading="Status and result"),
    _rows(
        "outcomes",
        "Outcomes",
        "One for each thing that was measured, for example reconviction within a year, from 58 to 41 per cent.",
    ),
    MultiFieldPanel([FieldPanel("evidence_level"), FieldPanel("evidence_note")], heading="Evidence"),
    _rows("costs", "Costs", "One for each figure, each with its source: the total, a saving, what an investor put in."),
    _rows("people", "People", "How many it was planned for and reached, and how many work in it."),
    _rows("contracts", "Contracts", "How it is paid for, and by whom."),
    _rows("milestones", "Timeline", "What happened in which month. Readers see it as a line of time."),
]
FINDING: list[Panel] = [
    *map(_terms, ("areas", "themes", "stages", "beneficiaries")),
    FieldPanel("tags", widget=TagCheckboxes),
]
KEEPING: list[Panel] = [
    FieldPanel("as_at"),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("last_reviewed"), FieldPanel("review_date"), FieldPanel("review_owner")])],
        heading="Review",
    ),
    _rows("sources", "Sources", "Where the facts are from."),
    FieldPanel("licence"),
    _rows("links", "Related links and documents", "What else to read: a page elsewhere, or a document of the library."),
    _rows("contacts", "Contacts", "Someone who agreed to be asked. Email addresses are never shown."),
]
# With the day to publish and to expire, and with comments: Wagtail shows those beside the form.
PROMOTE: list[Panel] = [*Page.promote_panels, *Page.settings_panels]


def case_study_handler() -> TabbedInterface:
    tabs = {
        "Story": CONTENT,
        "Facts": FACTS,
        "How readers find it": FINDING,
        "Dates and source": KEEPING,
        "Address": PROMOTE,
    }
    return TabbedInterface([ObjectList(panels, heading=heading) for heading, panels in tabs.items()])
