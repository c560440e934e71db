"""What the CSV of a list says of a page beside what the index knows: each source of documents gives texts for some columns."""

COLUMNS = (
    "roles",  # each organisation with what it does
    "place",
    "period",
    "started",
    "ended",
    "status",
    "service",
    "version",
    "cost",  # with what it pays for and who says so
    "cost_in_pounds",
    "cost_up_to",  # the upper end of a range
    "people",
    "people_reached",
    "people_up_to",
    "contracts",
    "timeline",
    "outcomes",
    "evidence_note",
    "law_as_at",
    "source",
    "source_location",
    "links",
    "licence",
    "link",
)
