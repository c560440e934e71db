"""The editing forms, in the order in which people think of a note and of a template contract."""

from django.forms import CheckboxSelectMultiple
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PageChooserPanel,
    Panel,
    TabbedInterface,
)
from wagtail.models import Page

from taxonomy.widgets import TagCheckboxes, TermCheckboxes

POINT = [FieldPanel("label"), FieldPanel("text")]
RESPONSE = [FieldPanel("label"), FieldPanel("text"), FieldRowPanel([FieldPanel("respondent"), FieldPanel("source")])]
PILOT = [FieldRowPanel([FieldPanel("place"), FieldPanel("service"), FieldPanel("as_at")])]
EXAMPLE = [PageChooserPanel("example", "casestudies.CaseStudyPage")]
VERSION = [FieldRowPanel([FieldPanel("version"), FieldPanel("when")]), FieldPanel("change")]
# With the day to publish and to expire, and with comments: Wagtail shows those beside the form.
PROMOTE: list[Panel] = [*Page.promote_panels, *Page.settings_panels]


def _terms(name: str) -> FieldPanel:
    # A draft may lack them; publishing asks for those that the model requires.
    return FieldPanel(name, widget=TermCheckboxes, required_on_save=False)


NOTE: list[Panel] = [
    *Page.content_panels,
    FieldPanel("summary"),
    FieldPanel("picture"),
    FieldPanel("about"),
    InlinePanel(
        "points",
        label="benefit or barrier",
        heading="Benefits and barriers",
        help_text="Benefits and barriers, in the note's own words. Shown as two columns of equal weight.",
    ),
    InlinePanel(
        "responses",
        label="survey response",
        heading="What people said in a survey",
        help_text="One for each thing that was named, for example the barrier “They are too complex.”",
    ),
    FieldPanel("how_to"),
    FieldPanel("pitfalls"),
]
FACTS: list[Panel] = [
    MultiFieldPanel([FieldPanel("law"), FieldPanel("law_as_at")], heading="Law"),
    InlinePanel(
        "pilots", label="pilot site", heading="Pilot sites", help_text="Where it is being tried, for example Medway."
    ),
]
LINKED: list[Panel] = [
    InlinePanel(
        "examples",
        label="example",
        heading="Examples",
        help_text="Case studies that show it at work, in the order in which readers see them.",
    ),
    InlinePanel(
        "contracts",
        label="template contract",
        heading="Template contracts",
        help_text="Those that readers of this note may want, for example for fostering agencies.",
    ),
    InlinePanel(
        "documents", label="document", heading="Documents", help_text="Files to download, for example a model clause."
    ),
    FieldPanel("words", widget=CheckboxSelectMultiple),
]
NOTE_FINDING: list[Panel] = [*map(_terms, ("themes", "stages", "areas")), FieldPanel("tags", widget=TagCheckboxes)]
KEEPING: list[Panel] = [
    FieldPanel("as_at"),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("last_reviewed"), FieldPanel("review_date"), FieldPanel("review_owner")])],
        heading="Review",
    ),
    MultiFieldPanel(
        [FieldPanel("source"), FieldPanel("source_address"), FieldPanel("licence")], heading="Source and licence"
    ),
]
CONTRACT: list[Panel] = [
    *Page.content_panels,
    FieldPanel("service"),
    MultiFieldPanel([FieldRowPanel([FieldPanel("status"), FieldPanel("status_note")])], heading="Status"),
    FieldPanel("kept_by"),
    FieldPanel("about"),
    MultiFieldPanel(
        [FieldPanel("version"), FieldPanel("document"), FieldPanel("link")], heading="The contract as it is today"
    ),
    InlinePanel(
        "versions",
        label="version",
        heading="Version history",
        help_text="The newest first, for example “2.1, April 2008: the clauses on staff were rewritten.”",
    ),
]
CONTRACT_FINDING: list[Panel] = [*map(_terms, ("areas", "jurisdictions", "themes"))]


def note_handler() -> TabbedInterface:
    tabs = {"Practice": NOTE, "Law and pilots": FACTS, "Linked": LINKED}
    return _tabs(tabs | {"How readers find it": NOTE_FINDING, "Dates and source": KEEPING, "Address": PROMOTE})


def contract_handler() -> TabbedInterface:
    tabs = {
        "Contract": CONTRACT,
        "How readers find it": CONTRACT_FINDING,
        "Dates and source": KEEPING,
        "Address": PROMOTE,
    }
    return _tabs(tabs)


def _tabs(tabs: dict[str, list[Panel]]) -> TabbedInterface:
    return TabbedInterface([ObjectList(panels, heading=heading) for heading, panels in tabs.items()])
