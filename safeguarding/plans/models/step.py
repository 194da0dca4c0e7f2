"""What waits, was booked and was held in an episode, by when and by which rule, and what was added to it since?"""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Meeting
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.plans.kinds import STEP_COLUMNS, STEPS, Duty, StepKind

from .bases import WHY, Coded, Follows, OfPlan, Written, code, words
from .constraints import by_kind, tells_no_adoption
from .episode import Episode
from .rules import DeadlineRule

MOST_SCORE = 40
# The kind of step that lasts until the child is back.
MISSING = "missing"
DONE_BY = {Duty.SCHOOL: "the school", Duty.AUTHORITY: "the authority", Duty.HEALTH: "health services"}


class Step(Coded, Written, OfPlan):
    """One thing that is due, or was held: a conference, a review, a placement, an assessment."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        HELD = "held", "Held"
        SET_ASIDE = "set_aside", "Set aside"

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        UNKNOWN = "unknown", "Not known"

    class Uncounted(models.TextChoices):
        """Why a step that was held answers no date and starts none."""

        BEFORE_PLAN = "before", "before the plan"
        AFTER_CONFERENCE = "after", "after the conference"
        SAME_MEETING = "same", "the same meeting"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField("what it is", max_length=20, choices=[(kind.key, kind.title) for kind in STEPS.values()])
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    duty = models.CharField("who owes it", max_length=10, choices=Duty)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="who sees to it"
    )
    # By which rule it is due, counted from which day, and what made it wait: another step, or the episode's own
    # beginning where there is a rule and no step.
    due_on = models.DateField("due", null=True, blank=True)
    rule = models.ForeignKey(DeadlineRule, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counted_from = models.DateField("counted from", null=True, blank=True)
    after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    # Why there is no day although a rule sets one: terms that are not known, a date of birth.
    missing = models.CharField("what is missing to work out the day", max_length=200, blank=True, default="")
    # A decision of the authority on a review whose meeting was not held yet: nobody can be late with it.
    waits_for_review = models.BooleanField("waits for the review meeting", default=False, editable=False)
    # When the school chased it last, and from when it is to be chased again (`services/steps.chase_step`).
    chased_on = models.DateField("chased on", null=True, blank=True, editable=False)
    chase_again_on = models.DateField("to be chased again from", null=True, blank=True, editable=False)
    booked_on = models.DateField("booked for", null=True, blank=True)
    booked_time = models.TimeField("at", null=True, blank=True)
    place = words("where")
    # The meeting about a concern that it is, whose words stay there; and the key of the record for which it was put
    # into the plan. That is no link: it stays when two records of a child become one. Without it the meeting is free:
    # its plan was entered in error.
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    met_for = models.UUIDField(null=True, blank=True, editable=False)
    held_on = models.DateField("held on", null=True, blank=True)
    # The first, second, … of its kind that was held in the episode.
    number = models.PositiveSmallIntegerField("number", null=True, blank=True)
    # Out of its order (`plans/services/order.py`).
    not_counted = models.CharField("not counted", max_length=8, choices=Uncounted, blank=True, default="")
    # What follows from its outcome (`plans/kinds/outcomes.py`).
    follows = models.CharField("what follows", max_length=8, choices=Follows, blank=True, default="", editable=False)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    outcome = code("outcome")
    participation = code("how the child took part")
    score = models.PositiveSmallIntegerField(
        "SDQ score", null=True, blank=True, validators=[MaxValueValidator(MOST_SCORE)]
    )
    no_score_reason = code("why there is no SDQ score")
    answer = models.CharField("answer", max_length=8, choices=Answer, blank=True, default="")
    factors = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name="factors")
    child_seen = models.BooleanField("the child was seen", null=True, blank=True)
    quorate = models.BooleanField("enough agencies were there", null=True, blank=True)
    report_sent_on = models.DateField("school’s report sent", null=True, blank=True)
    held_to = models.DateField("until", null=True, blank=True)
    legal_status = code("legal status")
    placement = code("type of placement")
    provider = code("who provides it")
    change_reason = code("why it changed")
    in_touch = code("in touch")
    activity = code("activity")
    accommodation = code("accommodation")

    present = words("who was there")
    said = words("what was said and decided")
    voice = words("what the child said")
    why_late = words("why it was late")
    carers = words("carers")
    delegated = words("what the carer may agree to")
    aside_reason = words("why it was set aside")

    # The moment of which people were told that it comes and the day on which they were told last; and the day that has
    # passed of which they were told that it is late.
    told_for = models.DateTimeField(null=True, blank=True, editable=False)
    told_on = models.DateField(null=True, blank=True, editable=False)
    told_late_for = models.DateField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="held", held_on__isnull=False, held_at__isnull=False)
                | (~Q(status="held") & Q(held_on=None, held_at=None)),
                name="step_held_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(status="set_aside", set_aside_at__isnull=False)
                | (~Q(status="set_aside") & Q(set_aside_at=None)),
                name="step_set_aside_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(not_counted="") | Q(status="held", number=None, due_on=None, rule=None),
                name="step_not_counted_answers_nothing",
            ),
            models.UniqueConstraint("meeting", "met_for", name="one_step_for_a_meeting"),
            models.CheckConstraint(condition=Q(met_for=None) | Q(meeting__isnull=False), name="step_met_for_a_meeting"),
            models.CheckConstraint(
                condition=Q(held_to=None) | Q(held_to__gte=F("held_on")), name="step_until_after_from"
            ),
            models.CheckConstraint(
                condition=Q(chased_on=None, chase_again_on=None) | Q(chase_again_on__gt=F("chased_on")),
                name="step_chased_again_later",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=MOST_SCORE), name="step_score_in_range"),
            models.CheckConstraint(
                condition=~Q(kind="sdq", status="held")
                | Q(score__isnull=False, no_score_reason="")
                | (Q(score=None) & ~Q(no_score_reason="")),
                name="step_score_or_reason",
            ),
            in_pairs("held", name="step_held_in_pairs"),
            in_pairs("set_aside", name="step_set_aside_in_pairs"),
            *by_kind("step", STEPS, STEP_COLUMNS, Q(status="held")),
            *tells_no_adoption("step", ("outcome", "legal_status", "placement")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["episode", "kind"], name="step_of_episode"),
            models.Index(fields=["school", "due_on"], name="step_waits", condition=Q(status="waiting")),
            models.Index(fields=["child", "-held_on"], name="step_of_child"),
            models.Index(fields=["school"], name="step_follows", condition=Q(follows=Follows.WAITS)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("place", "present", "said", "voice", "why_late", "carers", "delegated", "aside_reason")
        plain = (
            "token",
            "written_at",
            "area",
            "kind",
            "status",
            "duty",
            "due_on",
            "counted_from",
            "missing",
            "waits_for_review",
            "chased_on",
            "chase_again_on",
            "booked_on",
            "booked_time",
            "met_for",
            "held_on",
            "number",
            "not_counted",
            "follows",
            "held_at",
            "set_aside_at",
            *STEP_COLUMNS,
            "told_for",
            "told_on",
            "told_late_for",
            "revision",
        )
        source = Source.LOCAL_AUTHORITY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"meeting": Link.EMPTIES, "met_for": Link.EMPTIES}
        emptied: ClassVar = {"meeting": {"met_for": None}}

    @property
    def of_kind(self) -> StepKind:
        return STEPS[self.kind]

    @property
    def title(self) -> str:
        return self.of_kind.title

    @property
    def is_ours(self) -> bool:
        """Whether the school does it, whoever owes it (`work.OURS`)."""
        return Duty.SCHOOL in (self.duty, self.of_kind.duty)

    @property
    def is_still_missing(self) -> bool:
        """Whether the child went missing, and nobody has said that they are back (`work.still_missing`)."""
        is_away = self.kind == MISSING and self.status == self.Status.HELD and self.held_to is None
        return is_away and not self.not_counted and self.episode.status == Episode.Status.OPEN

    @property
    def duty_in_words(self) -> str:
        """Who owes it, and who does it where that is somebody else."""
        doer = Duty.SCHOOL if self.is_ours else self.of_kind.duty
        if doer == self.duty:
            return str(self.get_duty_display())
        return f"{self.get_duty_display()}; done by {DONE_BY[doer]}"

    @property
    def happens_on(self) -> date | None:
        """The day for which it is booked, else the day it is due: where it stands in every list of what is to come."""
        return self.booked_on or self.due_on

    @property
    def late_after(self) -> date | None:
        """The last day on which it is in time: the day it is due, else the day for which it is booked; none while it
        waits for the review meeting (`work.past`).
        """
        return None if self.waits_for_review else self.due_on or self.booked_on


class StepNote(Written, OfPlan):
    """Something added to a step, never changed: that it was chased, a date that was corrected, where it was to be, a
    note.
    """

    class Kind(models.TextChoices):
        CHASED = "chased", "Chased"
        CORRECTED = "corrected", "Date corrected"
        MOVED = "moved", "Place changed"
        NOTED = "noted", "Note"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField("what it is", max_length=10, choices=Kind)
    happened_on = models.DateField("when")
    text = words("note")
    # Of a corrected date: what it was, and what it is since.
    was_on = models.DateField("it was", null=True, blank=True)
    now_on = models.DateField("it is since", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="corrected", was_on__isnull=False, now_on__isnull=False)
                | (~Q(kind="corrected") & Q(was_on=None, now_on=None)),
                name="step_note_says_what_was",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["step", "written_at"], name="note_of_step")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("text",)
        plain = ("token", "written_at", "area", "kind", "happened_on", "was_on", "now_on")
        source = Source.SAFEGUARDING_LEAD
        collection = WHY
        retention = Retention.GOES_WITH_IT
