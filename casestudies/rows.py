"""The rows of a case study: facts of which an example may have several, typed so that they can be compared and exported."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.documents import get_document_model_string
from wagtail.models import Orderable

from casestudies import row_panels
from core.date_fields import MonthField
from core.money import MoneyField
from taxonomy.fields import term
from taxonomy.models import Facet

PAGE = "casestudies.CaseStudyPage"
ENDS_FIRST = "It cannot end before it started."
NO_RANGE = "It must be more than the figure before it."


class Row(Orderable):
    """A row of a case study. What is half entered is kept in a draft, and refused when the page is published."""

    class Meta(Orderable.Meta):
        abstract = True

    def half_entered(self) -> Mapping[str, str]:
        """What to say of each field that does not fit the others; nothing where all is well."""
        return {}


class CaseStudyOrganisation(Row):
    """What an organisation does in an example."""

    page = ParentalKey(PAGE, related_name="organisations", on_delete=models.CASCADE)
    # Null in a draft only: publishing asks for it.
    organisation = models.ForeignKey(
        "organisations.Organisation",
        null=True,
        on_delete=models.PROTECT,
        related_name="case_study_roles",
        help_text="Choose from the list, for example a county council. You can add one that is missing there.",
    )
    role = term(
        Facet.ROLE,
        blank=False,
        related_name="case_study_roles",
        help_text="What it does here, for example “Commissioner”.",
    )

    panels = row_panels.ORGANISATION_ROLE

    class Meta(Row.Meta):
        verbose_name = "organisation"


class CaseStudyPlace(Row):
    page = ParentalKey(PAGE, related_name="places", on_delete=models.CASCADE)
    name = models.CharField(max_length=120, help_text="A county, city or district, such as Norfolk.")

    panels = row_panels.PLACE

    class Meta(Row.Meta):
        verbose_name = "place"


class Period(Row):
    """A phase of the work, or all of it."""

    page = ParentalKey(PAGE, related_name="periods", on_delete=models.CASCADE)
    phase = models.CharField(
        max_length=80, blank=True, help_text="Only where there are several, for example “Pilot” or “Second phase”."
    )
    start = MonthField("started", null=True, blank=True, help_text="For example April 2005. Only the month is shown.")
    end = MonthField(
        "ended", last_day=True, null=True, blank=True, help_text="For example March 2008. Empty while it runs."
    )
    note = models.CharField(max_length=160, blank=True, help_text="For example “two contracts of three years”.")

    panels = row_panels.PERIOD

    class Meta(Row.Meta):
        verbose_name = "period"

    def half_entered(self) -> Mapping[str, str]:
        if not (self.start or self.end or self.note):
            return {"start": "Say when it was: a start, an end or a note."}
        return {"end": ENDS_FIRST} if self.start and self.end and self.end < self.start else {}


class CostKind(models.TextChoices):
    TOTAL = "total", "Total cost"
    YEAR = "year", "Cost a year"
    PERSON = "person", "Cost a person"
    UNIT = "unit", "Cost a unit of service"
    INVESTMENT = "investment", "Investment"
    SAVING = "saving", "Saving"
    RETURN = "return", "Return"


class Cost(Row):
    """A sum of money, or a range, beside the words of its source."""

    page = ParentalKey(PAGE, related_name="costs", on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=CostKind, help_text="What the figure is, for example “Cost a year”.")
    amount = MoneyField("pounds", null=True, blank=True, help_text="For example £1.8m, £120k or 1,800,000.50.")
    amount_to = MoneyField("up to", null=True, blank=True, help_text="Only of a range: its upper end.")
    ratio = models.DecimalField(
        "times",
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Only of a return: how many times the investment, for example 1.45.",
    )
    paid_for = models.CharField(
        "what for",
        max_length=120,
        blank=True,
        help_text="If not for the whole service, for example “a place in residential care”.",
    )
    words = models.CharField(
        "as the source says",
        max_length=200,
        blank=True,
        help_text="Word for word, for example “about £30,000 to £200,000 a year”.",
    )
    period = models.CharField("when", max_length=80, blank=True, help_text="For example “2012 to 2020”.")
    source = models.CharField(
        "source of the cost",
        max_length=250,
        blank=True,
        help_text="Who says so and where, for example “county council, contract register, 2007”.",
    )

    panels = row_panels.COST

    class Meta(Row.Meta):
        verbose_name = "cost"

    def half_entered(self) -> Mapping[str, str]:
        found = {}
        if self.amount is None and self.ratio is None and not self.words:
            found["amount"] = "Give an amount, or what the source says in words."
        if self.ratio is not None and self.kind and self.kind != CostKind.RETURN:
            found["ratio"] = "Only a return is so many times the investment. Give pounds, or choose “Return”."
        if not self.source:
            found["source"] = "A cost needs its source."
        return found | upper_end("amount", self.amount, self.amount_to)


class PeopleKind(models.TextChoices):
    PLANNED = "planned", "Planned"
    REACHED = "reached", "Reached"
    STAFF = "staff", "Staff"
    VOLUNTEERS = "volunteers", "Volunteers"


class PeopleCount(Row):
    """How many people it was for, reached, or was done by."""

    page = ParentalKey(PAGE, related_name="people", on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=PeopleKind, help_text="Who is counted, for example “Reached”.")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="For example 388.")
    number_to = models.PositiveIntegerField("up to", null=True, blank=True, help_text="Only of a range: its upper end.")
    unit = models.CharField(max_length=60, blank=True, help_text="If not people: for example “young people”.")
    words = models.CharField(
        "as the source says", max_length=200, blank=True, help_text="Word for word, for example “almost 400 families”."
    )
    period = models.CharField("when", max_length=80, blank=True, help_text="For example “in the first phase”.")
    source = models.CharField(max_length=250, blank=True, help_text="Who says so, for example “annual report, 2016”.")

    panels = row_panels.PEOPLE

    class Meta(Row.Meta):
        verbose_name = "count of people"
        verbose_name_plural = "counts of people"

    def half_entered(self) -> Mapping[str, str]:
        if self.number is None and not self.words:
            return {"number": "Give a number, or what the source says in words."}
        return upper_end("number", self.number, self.number_to)


class Contract(Row):
    """How the service is paid for, and by whom."""

    page = ParentalKey(PAGE, related_name="contracts", on_delete=models.CASCADE)
    contract_form = term(
        Facet.CONTRACT,
        related_name="contracts",
        verbose_name="form",
        help_text="How it is paid for, for example “Grant”.",
    )
    commissioner = models.ForeignKey(
        "organisations.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contracts",
        help_text="Who buys, if it is known, for example a county council.",
    )
    start = MonthField("started", null=True, blank=True, help_text="For example October 2007.")
    end = MonthField("ends", last_day=True, null=True, blank=True, help_text="For example September 2010.")
    value = MoneyField("pounds", null=True, blank=True, help_text="Its value, for example £1.8m or £120k.")
    value_to = MoneyField("up to", null=True, blank=True, help_text="Only of a range: its upper end.")
    words = models.CharField(
        "as the source says",
        max_length=200,
        blank=True,
        help_text="Word for word, for example “two contracts for three years”.",
    )
    reference = models.CharField(
        "procurement reference",
        max_length=80,
        blank=True,
        help_text="Where there is one, for example ocds-h6vhtk-02e5f8 from Contracts Finder.",
    )

    panels = row_panels.CONTRACT

    class Meta(Row.Meta):
        verbose_name = "contract"

    def half_entered(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        said = (self.contract_form_id, self.commissioner_id, self.start, self.end, self.words, self.reference)
        if self.value is None and not any(said):
            found["contract_form"] = "Say something of the contract: its form, who buys, when, or its value."
        if self.start and self.end and self.end < self.start:
            found["end"] = ENDS_FIRST
        return found | upper_end("value", self.value, self.value_to)


class Contact(Row):
    """Somebody who agreed to be asked. The name is shown; the email address never is."""

    page = ParentalKey(PAGE, related_name="contacts", on_delete=models.CASCADE)
    name = models.CharField(
        max_length=120,
        blank=True,
        help_text="Someone who agreed to be asked, for example the manager of the service. The name is shown.",
    )
    role = models.CharField(
        max_length=160, blank=True, help_text="For example “commissioning manager, county council”."
    )
    email = models.EmailField(
        "contact's email address", blank=True, help_text="For example name@example.org. Never shown on the site."
    )

    panels = row_panels.CONTACT

    class Meta(Row.Meta):
        verbose_name = "contact"

    def half_entered(self) -> Mapping[str, str]:
        return {} if self.name or self.role or self.email else {"name": "Say who can be asked."}


class Source(Row):
    page = ParentalKey(PAGE, related_name="sources", on_delete=models.CASCADE)
    citation = models.TextField(
        "source citation",
        blank=True,
        help_text="Title, author or body, year, for example “Annual review, St Giles Trust, 2007”.",
    )
    url = models.URLField(
        "web address",
        max_length=500,
        blank=True,
        help_text="For example https://www.example.org/report.pdf. Only an address that works today.",
    )

    panels = row_panels.SOURCE

    class Meta(Row.Meta):
        verbose_name = "source"

    def half_entered(self) -> Mapping[str, str]:
        return {} if self.citation or self.url else {"citation": "Name the source, or give its web address."}


class RelatedLink(Row):
    """Something else to read: a page elsewhere or a document here."""

    page = ParentalKey(PAGE, related_name="links", on_delete=models.CASCADE)
    title = models.CharField(max_length=200, help_text="What it is, for example “Evaluation report, 2016”.")
    url = models.URLField("web address", max_length=500, blank=True, help_text="For example https://www.example.org/.")
    document = models.ForeignKey(
        get_document_model_string(),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Or a document from the library.",
    )

    panels = row_panels.LINK

    class Meta(Row.Meta):
        verbose_name = "related link or document"
        verbose_name_plural = "related links and documents"

    def half_entered(self) -> Mapping[str, str]:
        given = bool(self.url), self.document_id is not None
        return {} if any(given) and not all(given) else {"url": "Give either a web address or a document."}

    @property
    def location(self) -> str:
        """The URL that it leads to; empty where its document is gone."""
        return self.url or (self.document.url if self.document else "")


class Milestone(Row):
    """One thing that happened, and when."""

    page = ParentalKey(PAGE, related_name="milestones", on_delete=models.CASCADE)
    date = MonthField("month", null=True, help_text="For example October 2007. Only the month is shown.")
    text = models.CharField("what happened", max_length=300, help_text="For example “The first contract begins.”")

    panels = row_panels.MILESTONE

    class Meta(Row.Meta):
        verbose_name = "milestone"


class Verification(models.TextChoices):
    SELF = "self", "reported by the provider itself"
    COMMISSIONER = "commissioner", "confirmed by the commissioner"
    INDEPENDENT = "independent", "independently evaluated"


class Outcome(Row):
    """One measured change: what, from what to what, when, and who says so."""

    page = ParentalKey(PAGE, related_name="outcomes", on_delete=models.CASCADE)
    measure = models.CharField(max_length=200, help_text="What was measured, such as “reconviction within a year”.")
    before = models.CharField(max_length=60, blank=True, help_text="The value before, as reported, for example 58.")
    after = models.CharField(max_length=60, blank=True, help_text="The value after, as reported, for example 41.")
    unit = models.CharField(max_length=60, blank=True, help_text="Such as “per cent of clients”.")
    date = MonthField(
        "measured", null=True, blank=True, help_text="The day of the value after, for example 31 March 2007."
    )
    source = models.CharField(
        max_length=250, blank=True, help_text="Where the figures are from, for example “the provider’s own records”."
    )
    verification = models.CharField(
        "who says so",
        max_length=20,
        choices=Verification,
        blank=True,
        help_text="For example “confirmed by the commissioner”.",
    )

    panels = row_panels.OUTCOME


def upper_end(name: str, lower: Any, upper: Any) -> dict[str, str]:
    """What is wrong with the upper end of a range."""
    if upper is None:
        return {}
    if lower is None:
        return {name: "A range needs its lower end too."}
    return {f"{name}_to": NO_RANGE} if upper <= lower else {}
