"""What did the readers of a concern about an adult add, decide and look at together?

Rows that are added and never replaced.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .concern import StaffConcern
from .kinds import KCSIE4, key


class StaffEntry(models.Model):
    """Something that was done, said or decided about it: of which kind, on which day, with whom, and why."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        LADO = "lado", "Local authority designated officer (LADO) contacted"
        POLICE = "police", "Police"
        DBS = "dbs", "Disclosure and Barring Service (DBS)"
        TRA = "tra", "Teaching Regulation Agency (TRA)"
        EMPLOYER = "employer", "Employer or agency told"
        INTERIM = "interim", "Put in place for now"
        TOLD = "told", "The adult was told"
        REMOVED = "removed", "Taken out of the personnel record"
        KEPT = "kept", "Kept in the personnel record with the adult’s consent"
        CHILD_RECORD = "child_record", "What stays on the child’s record"
        PENSION = "pension", "Day of normal pension age"
        LEFT = "left", "Last day here"
        ASSESSMENT = "assessment", "Assessed"
        OUTCOME = "outcome", "Outcome"
        CLOSING = "closing", "Closed"
        REOPENING = "reopening", "Opened again"

    class Ruling(models.TextChoices):
        """Whether somebody outside the school was told who must be considered."""

        REFERRED = "referred", "Referred"
        CONSIDERED = "considered", "Considered, not referred"
        LATER = "later", "To be decided when the outcome is known"

    id = key()
    staff_concern = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="entries")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    token = models.UUIDField(unique=True)
    on = models.DateField("day", null=True, blank=True)
    ruling = models.CharField(max_length=12, choices=Ruling, blank=True)
    # What was found or how it ended, where the entry says so: a value of the field of that name on the concern.
    result = models.CharField(max_length=20, blank=True)
    who = SealedText("who", blank=True)
    quoted = SealedText("reference", blank=True)
    text = SealedText("what was said, and why", blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "staff_concern__adults"
        sealed_by = "staff_concern"
        narrative = ("who", "quoted", "text")
        plain = ("kind", "token", "on", "ruling", "result", "added_at")
        source = Source.SCHOOL
        collection = KCSIE4
        retention = Retention.GOES_WITH_IT


class PatternReview(models.Model):
    """That the concerns about one adult were looked at together: how many there were that day, and what was made of
    them.
    """

    class Found(models.TextChoices):
        NO_PATTERN = "no_pattern", "No pattern"
        WATCH = "watch", "A pattern below the harm threshold"
        HARM = "harm", "A pattern that may meet the harm threshold"

    id = key()
    # From whose page it was looked at.
    staff_concern = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="reviews")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    low_level = models.PositiveSmallIntegerField("low-level concerns that day")
    # The concerns that were looked at: whoever does not see each of them does not see what was made of them.
    covered = ArrayField(models.UUIDField())
    found = models.CharField("what you found", max_length=12, choices=Found)
    reason = SealedText("because")
    looked_at = models.DateTimeField()
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "staff_concern__adults"
        sealed_by = "staff_concern"
        narrative = ("reason",)
        plain = ("token", "low_level", "covered", "found", "looked_at")
        source = Source.SCHOOL
        collection = KCSIE4
        retention = Retention.GOES_WITH_IT
        links = {"covered": Link.EMPTIES}
