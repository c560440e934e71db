"""Who gets the e-bulletin by mail, what they agreed to, and what is left of those who went.

Nothing here is content: signing up must not empty the page cache, and Wagtail's reference index need not know.
"""

from secrets import token_urlsafe

from django.conf import settings
from django.db import models
from django.utils import timezone

from bulletins.readers.addresses import hashes, readable, same
from taxonomy.models import Facet, Term


def new_key() -> str:
    return token_urlsafe(18)


class State(models.TextChoices):
    PENDING = "pending", "waiting for confirmation"
    CONFIRMED = "confirmed", "confirmed"
    UNSUBSCRIBED = "unsubscribed", "unsubscribed"
    SUPPRESSED = "suppressed", "suppressed"


class Reason(models.TextChoices):
    """Why nothing is sent to an address, whoever asks for it."""

    BOUNCE = "bounce", "mail came back"
    COMPLAINT = "complaint", "reported as spam"
    REFUSED = "refused", "refused by the mail server"


class Source(models.TextChoices):
    FORM = "form", "sign-up form"
    IMPORT = "import", "import"
    MAIL = "mail", "link in a mail"
    PREFERENCES = "preferences", "preference page"
    ONE_CLICK = "one-click", "button of the mail program"
    EDITOR = "editor", "an editor"


class Reader(models.Model):
    """One mail address."""

    address = models.CharField("mail address", max_length=254, editable=False)
    # By this an address is found: see addresses.same.
    normalised = models.CharField(max_length=508, unique=True, editable=False)
    # Stands in the links of every mail for years, so it outlives a change of address; it goes with the row.
    key = models.CharField(max_length=24, unique=True, default=new_key, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    reason = models.CharField("suppressed because", max_length=10, choices=Reason, blank=True)
    areas: models.ManyToManyField = models.ManyToManyField(
        Term, through="ReaderArea", related_name="+", blank=True, limit_choices_to={"facet": Facet.AREA.value}
    )
    came_by = models.CharField("came by", max_length=12, choices=Source, default=Source.FORM)
    created_at = models.DateTimeField("signed up", default=timezone.now, db_index=True)
    confirmed_at = models.DateTimeField("confirmed", null=True)
    unsubscribed_at = models.DateTimeField("unsubscribed", null=True)
    suppressed_at = models.DateTimeField("suppressed", null=True)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "reader of the e-bulletin"
        verbose_name_plural = "readers of the e-bulletin"
        indexes = [models.Index(fields=["state", "created_at"], name="reader_state")]

    def __str__(self) -> str:
        return readable(self.address)

    @classmethod
    def find(cls, address: str) -> "Reader | None":
        """The reader of this normalised address."""
        return cls.objects.filter(normalised=same(address)).first()


class ReaderArea(models.Model):
    """A service area, or a group of them, that a reader chose. A merged term's rows follow it (taxonomy.merging)."""

    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="+")
    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="+")

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "term"], name="reader_area_once")]


class ConsentEvent(models.TextChoices):
    ASKED = "asked", "asked to subscribe"
    CONFIRMED = "confirmed", "confirmed"
    WITHDRAWN = "withdrawn", "unsubscribed"


class Consent(models.Model):
    """One line of the consent record: what a reader agreed to or withdrew, in which words and how. Without any network
    address: it would prove nothing, and would be one more thing to look after."""

    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="consents")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=10, choices=ConsentEvent)
    how = models.CharField(max_length=12, choices=Source)
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-at", "-pk"]


class ForgottenAddress(models.Model):
    """All that is kept of an address that was erased, that left long ago or that stood on a suppression list: a keyed
    hash, so that no import brings it back. It goes when the person signs up again."""

    class ForgottenReason(models.TextChoices):
        ERASED = "erased", "erased at the reader’s wish"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed long ago"
        LISTED = "listed", "on an imported suppression list"
        BOUNCE = "bounce", Reason.BOUNCE.label
        COMPLAINT = "complaint", Reason.COMPLAINT.label
        REFUSED = "refused", Reason.REFUSED.label

    key = models.CharField(max_length=64, unique=True)
    why = models.CharField(max_length=12, choices=ForgottenReason)
    at = models.DateTimeField(default=timezone.now)

    affects_readers = False
    wagtail_reference_index_ignore = True

    @classmethod
    def of(cls, address: str) -> models.QuerySet["ForgottenAddress"]:
        return cls.objects.filter(key__in=hashes(address))


class SignUp(models.Model):
    """A form that was sent in and is not answered by mail yet. It lives for seconds, or until mail works again."""

    address = models.CharField(max_length=254)
    areas = models.JSONField(default=list)
    words = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)

    affects_readers = False
    wagtail_reference_index_ignore = True


class ReaderImport(models.Model):
    """A file of readers who consented elsewhere, or who refused: checked first, and imported once an editor has seen what
    would happen."""

    class Kind(models.TextChoices):
        READERS = "readers", "Readers who consented"
        SUPPRESSION = "suppression", "A suppression list: people who must get no mail"

    class Step(models.TextChoices):
        CHECKING = "checking", "being checked"
        CHECKED = "checked", "checked, not imported yet"
        IMPORTING = "importing", "being imported"
        DONE = "done", "imported"
        FAILED = "failed", "cannot be read"

    file_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.READERS)
    columns = models.JSONField(default=list)  # what each holds (readers.columns); empty until the file is looked at
    statement = models.TextField()
    content = models.BinaryField(null=True)  # gone once it is imported
    step = models.CharField(max_length=10, choices=Step, default=Step.CHECKING)
    note = models.TextField(blank=True)
    lines = models.PositiveIntegerField(default=0)  # in the file, the first one included
    read = models.PositiveIntegerField(default=0)  # the number of the last line that this step has dealt with
    good = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def running(self) -> bool:
        return self.step in (self.Step.CHECKING, self.Step.IMPORTING)

    @property
    def suppresses(self) -> bool:
        return self.kind == self.Kind.SUPPRESSION


class RefusedLine(models.Model):
    """A line of a file that was not imported, and why."""

    run = models.ForeignKey(ReaderImport, on_delete=models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    text = models.CharField(max_length=254)

    affects_readers = False
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["text"], name="refused_line_text")]
