"""The rows that belong to a note: benefits and barriers, survey responses, pilots, examples, contracts, documents."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable, Page

from core.date_fields import MonthField
from practice import panels
from practice.rows import Labelled


class NotePoint(Labelled):
    """A benefit or a barrier that the note itself names."""

    page = ParentalKey("practice.PracticeNotePage", related_name="points", on_delete=models.CASCADE)
    text = models.CharField(
        max_length=300, help_text="One sentence, for example “It can lighten the contracting process for both sides.”"
    )

    panels = panels.POINT

    class Meta(Labelled.Meta):
        verbose_name = "benefit or barrier"


class SurveyResponse(Labelled):
    """A benefit or a barrier that people named in a survey."""

    page = ParentalKey("practice.PracticeNotePage", related_name="responses", on_delete=models.CASCADE)
    text = models.CharField(
        max_length=300, help_text="What they said, in one sentence, for example “They are too complex.”"
    )
    respondent = models.CharField(
        "kind of respondent",
        max_length=120,
        blank=True,
        help_text="Who said it, as a kind and not a name, for example “public-sector respondents”.",
    )
    source = models.CharField(
        "survey",
        max_length=250,
        blank=True,
        help_text="Which survey, by whom and when, for example “Survey of suppliers, county council, 2007”. Rows of one survey stand together.",
    )

    panels = panels.RESPONSE

    class Meta(Labelled.Meta):
        verbose_name = "survey response"


class PilotSite(Orderable):
    """Where the practice is tried out."""

    page = ParentalKey("practice.PracticeNotePage", related_name="pilots", on_delete=models.CASCADE)
    place = models.CharField(max_length=120, help_text="The place or the body, for example “Medway”.")
    service = models.CharField(
        max_length=160, blank=True, help_text="In which service, for example “waste and recycling”."
    )
    as_at = MonthField(
        "as at", null=True, blank=True, help_text="The day for which this is true, for example 1 December 2007."
    )

    panels = panels.PILOT

    class Meta(Orderable.Meta):
        verbose_name = "pilot site"


class NoteExample(Orderable):
    """A case study that shows the practice at work."""

    page = ParentalKey("practice.PracticeNotePage", related_name="examples", on_delete=models.CASCADE)
    example = models.ForeignKey(
        Page,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        limit_choices_to={"content_type__app_label": "casestudies", "content_type__model": "casestudypage"},
        help_text="A case study, for example of a consortium. Its page then shows this note.",
    )

    panels = panels.EXAMPLE

    class Meta(Orderable.Meta):
        verbose_name = "example"


class NoteContract(Orderable):
    """A template contract that the note is about."""

    page = ParentalKey("practice.PracticeNotePage", related_name="contracts", on_delete=models.CASCADE)
    contract = models.ForeignKey(
        "practice.TemplateContractPage",
        null=True,
        on_delete=models.CASCADE,
        related_name="named_in",
        help_text="From the list of template contracts, for example that for fostering agencies.",
    )

    class Meta(Orderable.Meta):
        verbose_name = "template contract"


class NoteDocument(Orderable):
    """A document to download."""

    page = ParentalKey("practice.PracticeNotePage", related_name="documents", on_delete=models.CASCADE)
    document = models.ForeignKey(
        "core.SiteDocument",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="For example a guide or a model clause.",
    )

    class Meta(Orderable.Meta):
        verbose_name = "document"
