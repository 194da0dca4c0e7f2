"""What did somebody see or hear, about which children? The reporter's words, never changed once sent."""

from datetime import datetime, time

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import make_aware

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.dates import as_day
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE
from .question import Question


class Account(OfConcern):
    """What one member of staff saw or heard, and the child's own words apart. Never changed once sent; added to."""

    class Place(models.TextChoices):
        CLASSROOM = "classroom", "Classroom"
        PLAYGROUND = "playground", "Playground"
        CORRIDOR = "corridor", "Corridor or cloakroom"
        HALL = "hall", "Hall or dining room"
        OFFICE = "office", "Office or reception"
        GATE = "gate", "School gate"
        OFF_SITE = "off_site", "Off site, on a school activity"
        HOME = "home", "At home"
        COMMUNITY = "community", "Elsewhere in the community"
        ONLINE = "online", "Online"
        OTHER = "other", "Somewhere else"

    class HowKnown(models.TextChoices):
        TOLD_BY_CHILD = "told_by_child", "The child told me"
        SAW_OR_HEARD = "saw_or_heard", "I saw or heard it"
        TOLD_BY_CHILD_OTHER = "told_by_other_child", "Another child told me"
        TOLD_BY_PARENT = "told_by_parent", "A parent or carer told me"
        TOLD_BY_OTHER = "told_by_other", "Someone else told me"
        FILTERING = "filtering", "Filtering or monitoring alert"
        POLICE = "police", "Police notice"
        TRANSFER = "transfer", "File from another school"
        ANONYMOUS = "anonymous", "Anonymous"

    class Told(models.TextChoices):
        LEAD = "lead", "Yes, a safeguarding lead"
        OTHER = "other", "Yes, someone else"
        NOBODY = "nobody", "I have not told anyone yet"

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="account")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accounts")
    observed_on = models.DateField("date", null=True, blank=True)
    # "About when": null where the author could not say.
    observed_at = models.TimeField("time", null=True, blank=True)
    place = models.CharField("where", max_length=20, choices=Place, blank=True)
    place_detail = SealedText("where exactly", blank=True)
    how_known = models.CharField("how you came to know", max_length=20, choices=HowKnown, blank=True)
    others_present = SealedText("who else was there", blank=True)
    facts = SealedText("what you saw or heard", blank=True)
    child_words = SealedText("the child’s own words", blank=True)
    presentation = SealedText("how the child seemed", blank=True)
    marks_seen = models.BooleanField(null=True, blank=True)
    done_at_once = SealedText("what you did at once", blank=True)
    told = models.CharField("who you have told", max_length=10, choices=Told, blank=True)
    told_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_other = SealedText("who else you told", blank=True)
    # Set by the server. A late entry is one that was written on a later day than it was seen.
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["author", "-recorded_at", "-id"], name="account_author_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = (
            "place_detail",
            "others_present",
            "facts",
            "child_words",
            "presentation",
            "done_at_once",
            "told_other",
        )
        plain = ("observed_on", "observed_at", "place", "how_known", "marks_seen", "told", "recorded_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    @property
    def happened_at(self) -> datetime | None:
        """When it happened, as its author says: at midnight where the time is not known, None where the day is not."""
        if self.observed_on is None:
            return None
        return make_aware(datetime.combine(self.observed_on, self.observed_at or time()))

    @property
    def days_late(self) -> int:
        """Days between what was seen and its being written down. A late entry is one of more than none."""
        return max((as_day(self.recorded_at) - self.observed_on).days, 0) if self.observed_on else 0


class Amendment(OfConcern):
    """Something the author adds to an account, with the reason. The first version stays as it was."""

    class Reason(models.TextChoices):
        MORE = "more", "Something more I saw or heard"
        CORRECTION = "correction", "To correct something I wrote"
        EXACT = "exact", "To be more exact"
        ASKED = "asked", "To answer what a safeguarding lead asked"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="amendments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    text = SealedText("what you add")
    reason = models.CharField("why you add it", max_length=20, choices=Reason)
    # What it answers.
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None) & ~Q(reason="asked") | Q(question__isnull=False, reason="asked"),
                name="answer_to_a_question",
            )
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "account__concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "reason", "added_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class ConcernChild(OfConcern):
    """A child in a concern, and the role of each.

    A child nobody can name is described until a lead links the record.
    """

    class Role(models.TextChoices):
        WORRIED_ABOUT = "worried_about", "Child I am worried about"
        MAY_HAVE_CAUSED_HARM = "may_have_caused_harm", "May have caused harm"
        WITNESS = "witness", "Witness"
        SIBLING = "sibling", "Brother or sister"
        MENTIONED = "mentioned", "Mentioned"

    class Kind(models.TextChoices):
        ON_RECORD = "on_record", "Has a record"
        UNNAMED = "unnamed", "A child I cannot name"
        NOT_ON_ROLL = "not_on_roll", "Not at this school"
        UNBORN = "unborn", "Not born yet"
        # Whoever was linked is another child: a lead says who it is.
        NOT_YET = "not_yet", "A child not named yet"
        # The record ended by the schedule, and this concern is about others too.
        DESTROYED = "destroyed", "A child whose record was destroyed"

    class Says(models.TextChoices):
        """What this child's file says of a concern that is about others too. Undecided, it says what the role says."""

        LINE = "line", "One line, and nothing more"
        STORY = "story", "A story of its own"
        WHOLE = "whole", "The whole concern"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="children")
    child = models.ForeignKey(
        Child, on_delete=models.PROTECT, null=True, blank=True, related_name="concern_roles", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ON_RECORD)
    description = SealedText("who it is, as far as you know", blank=True)
    role = models.CharField(max_length=30, choices=Role)
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_says = models.CharField("what this child’s file says", max_length=10, choices=Says, blank=True)
    story = SealedText("what this child’s file says of it", blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(said_at=None, said_by=None, file_says="")
                | Q(said_at__isnull=False, said_by__isnull=False) & ~Q(file_says=""),
                name="file_said_in_pairs",
            ),
            models.UniqueConstraint("concern", "child", name="child_once_a_concern"),
            models.CheckConstraint(condition=Q(child__isnull=False) | ~Q(kind="on_record"), name="linked_or_described"),
        ]
        # With the concern in it: a list narrowed to a year group asks for those of a hundred children.
        indexes = [models.Index(fields=["child", "-added_at"], include=["concern"], name="concern_child_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        record = "concern"
        sealed_by = "concern"
        narrative = ("description", "story")
        plain = ("kind", "role", "added_at", "linked_at", "file_says", "said_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"child": Link.EMPTIES}
        # What was written in the concern stays; of the child no more than its part in it.
        emptied = {
            "child": {
                "kind": "destroyed",
                "description": "",
                "file_says": "",
                "story": "",
                "said_at": None,
                "said_by": None,
            }
        }


class BodyMapMark(OfConcern):
    """A mark that was seen, by region of the body (left and right are the child's). Never a photograph."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="marks")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # One of the numbered regions of `bodymap.py`.
    region = models.PositiveSmallIntegerField()
    note = SealedText("what you saw", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("account", "region", name="mark_once_a_region")]

    class PersonalData(personal_data.PersonalData):
        subject = "account__concern__children"
        sealed_by = "concern"
        narrative = ("note",)
        plain = ("region",)
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
