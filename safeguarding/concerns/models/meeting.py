"""Who met about a concern, what was said, and what was decided that somebody must do?"""

from django.db import models
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.addresses import address_of
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE


class Meeting(OfConcern):
    """A meeting about a concern.

    Its minutes are typed while it goes on; once finished they are added to, never changed.
    """

    class Kind(models.TextChoices):
        SCHOOL = "school", "Safeguarding meeting in school"
        PARENTS = "parents", "Meeting with parents or carers"
        TEAM_AROUND = "team_around", "Team around the family"
        PROFESSIONALS = "professionals", "Professionals’ meeting"
        STRATEGY = "strategy", "Strategy discussion"
        CONFERENCE = "conference", "Child protection conference"
        CORE_GROUP = "core_group", "Core group"
        CHILD_IN_NEED = "child_in_need", "Child in need meeting"
        OTHER = "other", "Another meeting"

    class Status(models.TextChoices):
        OPEN = "open", "Minutes being written"
        FINISHED = "finished", "Minutes finished"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="meetings")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what kind of meeting", max_length=14, choices=Kind)
    held_at = models.DateTimeField("when")
    place = SealedText("where", blank=True)
    others = SealedText("others who were there", blank=True)
    apologies = SealedText("apologies", blank=True)
    minutes = SealedText("minutes", blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField("minutes saved", null=True, blank=True, editable=False)
    saved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # The page on which they were last typed: its own next save is no surprise, one from another page is.
    page = models.UUIDField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The moment of which people were told that it comes, and the day on which they were told last.
    told_for = models.DateTimeField(null=True, blank=True, editable=False)
    told_on = models.DateField(null=True, blank=True, editable=False)
    # Counts saves of the minutes, so that the second of two people sees what the first wrote.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [in_pairs("finished", name="meeting_finished_in_pairs")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("place", "others", "apologies", "minutes")
        plain = (
            "token",
            "kind",
            "held_at",
            "status",
            "recorded_at",
            "saved_at",
            "page",
            "finished_at",
            "told_for",
            "told_on",
            "revision",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"page": Link.APART}

    def get_absolute_url(self) -> str:
        return address_of("meeting", self.pk)

    @property
    def reference(self) -> str:
        return self.concern.reference


class MeetingAttendee(OfConcern):
    """A colleague who was there. Being there opens no record to anybody."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendees")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("meeting", "user", name="attended_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class MeetingDecision(OfConcern):
    """Something that a meeting decided. Given to somebody to do, it is an action too."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="decided")
    token = models.UUIDField(unique=True)
    text = SealedText("what was decided")
    action = models.OneToOneField(
        "concerns.Action", on_delete=models.PROTECT, null=True, blank=True, related_name="decided_in"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class MeetingAddition(OfConcern):
    """What was added to minutes after they were finished: a correction, something left out."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="additions")
    token = models.UUIDField(unique=True)
    text = SealedText("what is added")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
