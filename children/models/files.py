"""Which files and photographs belong to a child, rather than to one concern?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedText
from safeguarding.uploads.models import NARRATIVE, PLAIN, InStore, StoredFile

from .child import Child

# What the privacy notice calls them.
_FILES = notice_category("Files of the child: reports, letters and forms", Sensitive.SPECIAL, Sensitive.OFFENCES)
PHOTOGRAPHS = notice_category("Photographs")


class ChildFile(StoredFile):
    """A document about a child: an order, a plan, a report, what an earlier school sent.

    For those who read concerns.
    """

    class What(models.TextChoices):
        ORDER = "order", "Court order or other legal document"
        PLAN = "plan", "Plan, or minutes of a conference or review"
        REPORT = "report", "Report or assessment"
        LETTER = "letter", "Letter or e-mail"
        EARLIER = "earlier", "Record from an earlier school"
        OTHER = "other", "Something else"

    nav = "children"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="files")
    what = models.CharField("what it is", max_length=10, choices=What)
    dated = models.DateField("date on it", null=True, blank=True)

    class Meta(StoredFile.Meta):
        indexes = [models.Index(fields=["child", "attached_at"], name="file_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = NARRATIVE
        plain = (*PLAIN, "what", "dated")
        source = Source.SAFEGUARDING_LEAD
        also_from = (Source.LOCAL_AUTHORITY, Source.OTHER_SCHOOL, Source.HEALTH, Source.FAMILY)
        category = _FILES
        collection = "mandatory: a separate child protection file is kept and transferred (KCSIE 2025, Annex C)"
        retention = Retention.GOES_WITH_IT

    @property
    def belongs_to(self) -> str:
        return f"record {self.child.number}"

    def get_absolute_url(self) -> str:
        return f"{address_of('child_files', self.child_id)}#files"


class Photograph(InStore):
    """A photograph of a child, drawn anew, with what allows the school to hold it. Never on a list, and never kept as
    it came.

    To know the child by, the school needs nobody's consent: it is part of its public task (UK GDPR article 6(1)(e)).
    Anything else is by consent, which is recorded and can be withdrawn (domain reference 5.2). Once it has ended nobody
    opens it; it is destroyed under rule R16 of the retention schedule.
    """

    class Use(models.TextChoices):
        IDENTIFICATION = "identification", "To know the child by, on the child’s record"
        PUBLICITY = "publicity", "To be shown or published, with consent"

    class How(models.TextChoices):
        FORM = "form", "On a signed form"
        MESSAGE = "message", "By letter or e-mail"
        SPOKEN = "spoken", "By word of mouth, noted here"

    class Ending(models.TextChoices):
        REPLACED = "replaced", "A newer one took its place"
        WITHDRAWN = "withdrawn", "Consent was withdrawn"
        MISTAKE = "mistake", "It should not be here"
        REFUSED = "refused", "No photographs of the child are published"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="photographs")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    use = models.CharField("what it is for", max_length=16, choices=Use)
    taken_on = models.DateField(null=True, blank=True)
    consent_by = SealedText("who gave consent", blank=True)
    consent_for = SealedText("what consent was given for", blank=True)
    consent_on = models.DateField("consent given on", null=True, blank=True)
    consent_how = models.CharField("how consent was given", max_length=8, choices=How, blank=True)
    consent_until = models.DateField("consent lasts until", null=True, blank=True)
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ending = models.CharField("why it ended", max_length=10, choices=Ending, blank=True)

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "child", condition=Q(use="identification", ended_at=None), name="known_by_one_photograph"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ending="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ending="")),
                name="photograph_ended_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(use="identification") | (Q(consent_on__isnull=False) & ~Q(consent_how="")),
                name="photograph_published_by_consent",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("consent_by", "consent_for")
        plain = (
            "stored",
            "token",
            "use",
            "taken_on",
            "consent_on",
            "consent_how",
            "consent_until",
            "added_at",
            "ended_at",
            "ending",
        )
        source = Source.SCHOOL
        also_from = (Source.FAMILY,)
        category = PHOTOGRAPHS
        collection = "to know the child by: public task; to be shown or published: voluntary, by consent"
        retention = Retention.ROOT
        schedule = "photograph"
        links = {"child": Link.ENDS}
