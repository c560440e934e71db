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
    "outcomes",
    "evidence_note",
    "law_as_at",
    "source",
    "source_location",
    "licence",
    "link",
)
