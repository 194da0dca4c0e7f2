"""What do pastoral staff write below the threshold of a concern?

Notes, plans of support with their steps, and what became more.
"""

from django.db import models
from django.db.models import F, Q

from children.models import OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.addresses import address_of
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedText

WHY = (
    "voluntary for the family; held for the school’s duty to promote welfare (Education Act 2002 s.175, KCSIE "
    "2025 part one)"
)

# What the privacy notice calls it.
_PASTORAL = notice_category("Pastoral care: support plans and notes", Sensitive.SPECIAL)


class Pastoral(OfChild):
    """What all of these have beside: who wrote it and when, and the token of the form it came with."""

    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    written_at = models.DateTimeField()

    class Meta:
        abstract = True


class SupportPlan(Pastoral):
    """What a child is helped with in school, by whom, until when it is looked at again, and how it ended."""

    aims = SealedText("aims")
    starts_on = models.DateField("first day")
    review_on = models.DateField("review on")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = SealedText("what came of it", blank=True)
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("review_on")), name="plan_reviewed_after_it_began"),
            in_pairs("ended", name="plan_ended_in_pairs"),
        ]
        indexes = [models.Index(fields=["child", "-starts_on"], name="plan_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("aims", "outcome")
        plain = ("token", "written_at", "starts_on", "review_on", "ended_at", "revision")
        source = Source.SCHOOL
        also_from = (Source.FAMILY,)
        category = _PASTORAL
        collection = WHY
        retention = Retention.GOES_WITH_IT

    def get_absolute_url(self) -> str:
        return str(address_of("support_plan", self.pk))


class SupportStep(Pastoral):
    """One thing of a plan: what, who does it (anybody, in words: a parent, a teacher, the child), by when, and that it
    was done.
    """

    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, related_name="steps")
    what = SealedText("what is done")
    who = SealedText("who does it")
    due_on = models.DateField("by")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [in_pairs("done", name="step_done_in_pairs")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("what", "who")
        plain = ("token", "written_at", "due_on", "done_at")
        source = Source.SCHOOL
        category = _PASTORAL
        collection = WHY
        retention = Retention.GOES_WITH_IT


class PastoralNote(Pastoral):
    """Something that is worth keeping and is no concern by itself.

    Never changed: what is to be added is another note.
    """

    class Kind(models.TextChoices):
        CONVERSATION = "conversation", "Conversation with the child"
        FAMILY = "family", "Contact with the family"
        CHECK_IN = "check_in", "Check-in"
        SEEN = "seen", "Something seen"
        WENT_WELL = "went_well", "Something that went well"
        REVIEW = "review", "Review of a support plan"

    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    kind = models.CharField("what kind of note", max_length=12, choices=Kind)
    happened_on = models.DateField("when it was")
    text = SealedText("note")

    class Meta:
        indexes = [models.Index(fields=["child", "-happened_on"], name="note_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("text",)
        plain = ("token", "written_at", "kind", "happened_on")
        source = Source.SCHOOL
        category = _PASTORAL
        collection = WHY
        retention = Retention.GOES_WITH_IT

    def get_absolute_url(self) -> str:
        return str(address_of("pastoral_note", self.pk))


class StepUp(Pastoral):
    """That somebody (`author`) took a note further: `token` is that of the log form they began, and so of the concern
    it became.
    """

    note = models.ForeignKey(PastoralNote, on_delete=models.PROTECT, related_name="taken_further")

    class Meta:
        constraints = [models.UniqueConstraint("note", "author", name="taken_further_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("token", "written_at")
        source = Source.SCHOOL
        category = _PASTORAL
        collection = WHY
        retention = Retention.GOES_WITH_IT
