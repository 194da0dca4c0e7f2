"""Where does a concern about an adult stand, who raised it in which words, and whom is it about?"""

from datetime import datetime

from django.db import models
from django.db.models import Q

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.dates import as_day, start_of
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import KCSIE4, LowLevelEnd, Outcome, Threshold, key


class StaffConcern(models.Model):
    """A concern about an adult who works with children here. What was decided stands here; why, in its entries.

    No field is filled by the database: a row that its writer may not read (a raiser does not) cannot be asked back.
    """

    class Status(models.TextChoices):
        RAISED = "raised", "Unread"
        READ = "read", "Read"
        ASSESSED = "assessed", "Assessed"
        OUTCOME = "outcome", "Outcome recorded"
        CLOSED = "closed", "Closed"

    class RaisedAs(models.TextChoices):
        LOW_LEVEL = "low_level", "Something did not sit right with me"
        HARM = "harm", "A child may have been harmed, or may be at risk from this adult"
        UNSURE = "unsure", "I am not sure"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Made from the token of its form, never counted up: a number would tell its raiser how many there are.
    reference = models.CharField(max_length=12)
    status = models.CharField(max_length=10, choices=Status, default=Status.RAISED)
    raised_as = models.CharField("what it may be", max_length=10, choices=RaisedAs)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField("when it happened", null=True, blank=True)
    # Empty: whoever raised it told first.
    told_on = models.DateField("when the school was first told", null=True, blank=True)
    about_raiser = models.BooleanField("this is about me", default=False)
    wish_unnamed = models.BooleanField("wishes not to be named", default=False)
    # Why the chair of governors reads it: it is about the Headteacher, or no Headteacher was in school to read it.
    about_head = models.BooleanField(default=False)
    head_away = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    threshold = models.CharField("what it is", max_length=10, choices=Threshold, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    assessed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # When the school was first told of what may meet the harm threshold, whenever it was assessed: the working day for
    # the LADO runs from here.
    harm_since = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=[*Outcome.choices, *LowLevelEnd.choices], blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Since when it is being destroyed: from then on nobody finds it, and nothing new is added to it.
    ending_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "reference", name="staff_concern_reference_once"),
            in_pairs("read", name="staff_concern_read_in_pairs"),
            in_pairs("assessed", name="staff_concern_assessed_in_pairs"),
            in_pairs("outcome", name="staff_concern_outcome_in_pairs"),
            in_pairs("closed", name="staff_concern_closed_in_pairs"),
        ]
        indexes = [models.Index(fields=["school", "-raised_at", "-id"], name="staff_concern_school_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "adults"
        plain = (
            "reference",
            "status",
            "raised_as",
            "raised_at",
            "happened_on",
            "told_on",
            "about_raiser",
            "wish_unnamed",
            "about_head",
            "head_away",
            "read_at",
            "threshold",
            "assessed_at",
            "harm_since",
            "outcome",
            "outcome_at",
            "closed_at",
            "ending_at",
            "revision",
        )
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE4
        retention = Retention.ROOT
        schedule = "staff_concern"

    @property
    def first_told_at(self) -> datetime:
        """When it came to the attention of the school (domain reference 1.6): as it was raised here, or before, at the
        first moment of the day that the form asks for.
        """
        if self.told_on is None or self.told_on >= as_day(self.raised_at):
            return self.raised_at
        return start_of(self.told_on)

    @property
    def is_harm(self) -> bool:
        """Whether it may meet the harm threshold: as its readers found, and until they have, as it was raised."""
        return (self.threshold or self.raised_as) == Threshold.HARM

    @property
    def kind_in_words(self) -> str:
        """What it is; not yet assessed, as what it was raised."""
        if self.threshold:
            return str(Threshold(self.threshold).label)
        return {"harm": "Raised as possible harm", "low_level": "Raised as low-level"}.get(
            self.raised_as, "To be assessed"
        )


class Raised(models.Model):
    """The words of whoever raised it: the first row is the concern, later ones are what they added. Never changed.

    Its author sees them for ever, and of the concern only whether it has been received and read.
    """

    id = key()
    staff_concern = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="raised")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    # What its author may quote.
    reference = models.CharField(max_length=12)
    is_addition = models.BooleanField(default=False)
    # As the author named the adult; which account that is stands in `AdultNamed`.
    who = SealedText("who it is about")
    facts = SealedText("what you saw, heard or know")
    context = SealedText("what was going on around it", blank=True)
    children = SealedText("children who were there", blank=True)
    done_at_once = SealedText("what you did at once", blank=True)
    written_at = models.DateTimeField()
    # When somebody first read it, which is all that its author is told.
    read_at = models.DateTimeField(null=True, blank=True)

    objects = Protected()

    class Meta:
        indexes = [models.Index(fields=["author", "-written_at", "-id"], name="raised_author_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "staff_concern__adults"
        sealed_by = "staff_concern"
        narrative = ("who", "facts", "context", "children", "done_at_once")
        plain = ("token", "reference", "is_addition", "written_at", "read_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE4
        retention = Retention.GOES_WITH_IT


class AdultNamed(models.Model):
    """That a concern is about an adult, or that an adult is involved in it too. Somebody with an account sees nothing
    of it.

    Named wrongly: withdrawn, and the right one named beside it.
    """

    class Part(models.TextChoices):
        ABOUT = "about", "It is about this adult"
        INVOLVED = "involved", "Also involved"

    class Standing(models.TextChoices):
        STAFF = "staff", "Member of staff"
        SUPPLY = "supply", "Supply or agency staff"
        VOLUNTEER = "volunteer", "Volunteer"
        CONTRACTOR = "contractor", "Contractor"
        VISITOR = "visitor", "Visitor, or uses the premises"

    # Whose employer or agency has to be told.
    EMPLOYED_ELSEWHERE = frozenset({"supply", "contractor"})

    id = key()
    staff_concern = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="adults")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part, default=Part.ABOUT)
    standing = models.CharField("what they are here", max_length=10, choices=Standing)
    # A member of staff with an account, or a name.
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = SealedText("name", blank=True)
    employer = SealedText("employer or agency", blank=True)
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "staff_concern", "user", condition=Q(withdrawn_at=None), name="adult_named_once_a_concern"
            ),
            in_pairs("withdrawn", name="adult_withdrawn_in_pairs"),
        ]
        indexes = [models.Index("user", name="adult_named_user", condition=Q(user__isnull=False))]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        record = "staff_concern"
        sealed_by = "staff_concern"
        narrative = ("name", "employer")
        plain = ("part", "standing", "named_at", "withdrawn_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE4
        retention = Retention.GOES_WITH_IT

    @property
    def who(self) -> str:
        """Who it is, in full."""
        return self.user.full_name if self.user else self.name

    @property
    def is_employed_elsewhere(self) -> bool:
        return self.standing in self.EMPLOYED_ELSEWHERE


class StaffConcernChild(models.Model):
    """A child whom a concern about an adult touches.

    Only its readers see the link; the child's record shows nothing of it. Where that record ends before the concern
    does, who it was stays here, sealed with the concern.
    """

    id = key()
    staff_concern = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="children")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="+")
    child_was = SealedText("name and birth date of a child whose record was destroyed", blank=True)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "staff_concern", "child", condition=Q(withdrawn_at=None), name="child_once_a_staff_concern"
            ),
            in_pairs("withdrawn", name="staff_concern_child_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        record = "staff_concern"
        sealed_by = "staff_concern"
        narrative = ("child_was",)
        plain = ("linked_at", "withdrawn_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE4
        retention = Retention.GOES_WITH_IT
        links = {"child": Link.EMPTIES}
        emptied = {"child": {"child_was": personal_data.WRITTEN}}
