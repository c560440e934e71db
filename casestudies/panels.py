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

ORGANISATION_ROLE = [FieldRowPanel([FieldPanel("organisation"), FieldPanel("role")])]
OUTCOME = [
    FieldPanel("measure"),
    FieldRowPanel([FieldPanel("before"), FieldPanel("after"), FieldPanel("unit")]),
    FieldRowPanel([FieldPanel("date"), FieldPanel("verification")]),
    FieldPanel("source"),
]
COST = FieldPanel("cost_amount", help_text="For example £1.8m, £120k or 1,800,000.50. Only a figure with a source.")


def _terms(name: str) -> FieldPanel:
    # A draft may lack them; publishing asks for those that the model requires.
    return FieldPanel(name, widget=TermCheckboxes, required_on_save=False)


CONTENT: list[Panel] = [
    *Page.content_panels,
    FieldPanel("summary"),
    FieldPanel("picture"),
    InlinePanel(
        "organisations",
        label="organisation",
        heading="Organisations and their roles",
        help_text="At least one, for example the council as commissioner and the charity as provider.",
    ),
    FieldPanel("body"),
]
FACTS: list[Panel] = [
    MultiFieldPanel([FieldPanel("place"), _terms("regions")], heading="Where"),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("period_start"), FieldPanel("period_end")]), FieldPanel("period_note")],
        heading="When",
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("status"), FieldPanel("result"), FieldPanel("contract_form")])],
        heading="Status, result and contract",
    ),
    InlinePanel(
        "outcomes",
        label="outcome",
        heading="Outcomes",
        help_text="One for each thing that was measured, for example reconviction within a year, from 58 to 41 per cent.",
    ),
    MultiFieldPanel([FieldPanel("evidence_level"), FieldPanel("evidence_note")], heading="Evidence"),
    MultiFieldPanel(
        [FieldRowPanel([COST, FieldPanel("cost_basis")]), FieldPanel("cost_source")],
        heading="Cost",
    ),
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
    MultiFieldPanel(
        [FieldPanel("source"), FieldPanel("source_url"), FieldPanel("licence")], heading="Source and licence"
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("contact_name"), FieldPanel("contact_role")]), FieldPanel("contact_email")],
        heading="Contact",
    ),
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
