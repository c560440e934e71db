"""How far a template contract has come, as readers are told. Only what can be had here is called available."""

from dataclasses import dataclass

from django.db import models


class ContractStatus(models.TextChoices):
    AVAILABLE = "available", "Complete"
    DEVELOPMENT = "in-development", "In development"
    PLANNED = "planned", "Planned"


@dataclass(frozen=True, slots=True)
class Standing:
    slug: str
    label: str
    copy: str = ""  # where there is a copy, unless it is here

    def __str__(self) -> str:
        return self.with_note("")

    def with_note(self, note: str) -> str:
        """One line, with what an editor adds to the status."""
        return "; ".join(filter(None, [": ".join(filter(None, [self.label, note])), self.copy]))


HELD = Standing("available", "Available")
LINKED = Standing("linked", "Reported complete", "we link to a copy")
NOT_HELD = Standing("not-held", "Reported complete", "we do not hold a copy")
UNFINISHED = {
    status: Standing(status.value, str(status.label)) for status in (ContractStatus.DEVELOPMENT, ContractStatus.PLANNED)
}
STANDINGS = (HELD, LINKED, NOT_HELD, *UNFINISHED.values())  # the order of the overview


def standing(status: str, *, held: bool, linked: bool) -> Standing:
    """`held` says whether the contract itself is here, `linked` whether we know where it is."""
    if status in UNFINISHED:
        return UNFINISHED[ContractStatus(status)]
    return HELD if held else LINKED if linked else NOT_HELD
