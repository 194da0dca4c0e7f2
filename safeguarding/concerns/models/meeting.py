"""Who met about a concern, what was said, and what was decided that somebody must do?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

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

    class Conference(models.TextChoices):
        INITIAL = "initial", "Initial conference"
        REVIEW = "review", "Review conference"

    class State(models.TextChoices):
        """Whether it was held. From its time on somebody is asked, whether or not its minutes are finished."""

        PLANNED = "planned", "Not said yet whether it was held"
        HELD = "held", "Held"
        CALLED_OFF = "called_off", "Called off"

    class InPlans(models.TextChoices):
        """Of a meeting that is a date of a plan too: whether the plans of its children say what it says."""

        WAITS = "waits", "Not in the plans yet"
        DONE = "done", "As the plans say"

    # Those that are dates of a plan too.
    OF_PLANS = (Kind.STRATEGY, Kind.CONFERENCE, Kind.CORE_GROUP, Kind.CHILD_IN_NEED)

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="meetings")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what kind of meeting", max_length=14, choices=Kind)
    conference = models.CharField("initial or review", max_length=8, choices=Conference, blank=True, default="")
    held_at = models.DateTimeField("when")
    state = models.CharField("whether it was held", max_length=10, choices=State, default=State.PLANNED)
    said_at = models.DateTimeField(null=True, blank=True, editable=False)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    in_plans = models.CharField(max_length=6, choices=InPlans, blank=True, default="", editable=False)
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
        constraints = [
            in_pairs("finished", name="meeting_finished_in_pairs"),
            in_pairs("said", name="meeting_said_in_pairs"),
            models.CheckConstraint(
                condition=Q(kind="conference", conference__in=["initial", "review"])
                | (~Q(kind="conference") & Q(conference="")),
                name="meeting_says_which_conference",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", said_at=None) | (~Q(state="planned") & Q(said_at__isnull=False)),
                name="meeting_said_as_it_stands",
            ),
        ]
        indexes = [models.Index("school", name="meeting_to_be_in_plans", condition=Q(in_plans="waits"))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("place", "others", "apologies", "minutes")
        plain = (
            "token",
            "kind",
            "conference",
            "held_at",
            "state",
            "said_at",
            "in_plans",
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

    @property
    def title(self) -> str:
        """What kind of meeting it is; of a conference, which."""
        return self.get_conference_display() if self.conference else self.get_kind_display()

    @property
    def is_to_come(self) -> bool:
        return self.state == self.State.PLANNED and self.held_at > timezone.now()


class MeetingAttendee(OfConcern):
    """A colleague who goes or was there; taken off the list before, the row has ended. Being there opens no record to
    anybody.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendees")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField("taken off", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], condition=Q(ended_at=None), name="attends_once"),
            in_pairs("ended", name="attendee_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        plain = ("ended_at",)
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
    """What was added to a meeting: to its minutes after they were finished, or that it was moved, changed or called
    off, or its day corrected, and why.
    """

    class Kind(models.TextChoices):
        ADDED = "added", "Added to the minutes"
        MOVED = "moved", "Moved"
        CHANGED = "changed", "Changed"
        CALLED_OFF = "called_off", "Called off"
        CORRECTED = "corrected", "Corrected"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="additions")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what it is", max_length=10, choices=Kind, default=Kind.ADDED)
    text = SealedText("what is added", blank=True)
    # Of a meeting that was moved or corrected: when it was before.
    was_at = models.DateTimeField("it was", null=True, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "kind", "was_at", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
