"""How alike two pages are: the rule of every engine."""

# What two pages share says more about likeness in these dimensions than in others.
LIKENESS = {"area": 3.0, "theme": 2.0, "beneficiary": 1.0, "region": 1.0, "stage": 0.5, "tag": 2.0}
CANDIDATES = 50  # pages that are weighed one by one, at least
