"""What did somebody without an account leave, by the link of the school? And which link is that?"""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .concern import Concern
from .kinds import KCSIE, HowSoon, key


class OutsideLink(models.Model):
    """The address of a school's page for visitors. A new one ends the one before; it can be switched off meanwhile."""

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Stands in the address, on a poster at reception. Random, and not the key: that one stands in the record of events.
    secret = models.UUIDField(unique=True, editable=False)
    is_on = models.BooleanField("switched on", default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # When somebody last left a note by it.
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "link for people without an account"
        constraints = [
            models.UniqueConstraint("school", condition=Q(ended_at=None), name="one_outside_link"),
            in_pairs("ended", name="outside_link_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("secret", "is_on", "made_at", "used_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True
        links = {"secret": Link.APART}


class OutsideNote(models.Model):
    """What a visitor, a supply teacher or a neighbour wrote on that page, as it came. Never changed.

    It is written without sight of the table by a request that is nobody's, so no column may be filled by the database:
    an INSERT that returns something needs sight of the row. A lead makes a concern of it, or two people set it aside.
    """

    class Status(models.TextChoices):
        NEW = "new", "Unread"
        READ = "read", "Read"
        PUT_FORWARD = "put_forward", "Put forward to be set aside"
        SET_ASIDE = "set_aside", "Set aside"
        CONCERN = "concern", "A concern now"

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate", "The same is in another note or concern"
        NOT_SAFEGUARDING = "not_safeguarding", "It is not about the safety or welfare of a child"
        OTHER_SCHOOL = "other_school", "It is about another school, which has been told"
        SPAM = "spam", "Advertising, nonsense or a test"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, related_name="+")
    # Issued with the empty form: a double click and the back button are one note.
    token = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    received_at = models.DateTimeField()
    how_soon = models.PositiveSmallIntegerField("how soon somebody needs to act", choices=HowSoon)
    name = SealedText("full name of who wrote it")
    agency = SealedText("role, and where they come from")
    contact = SealedText("how to contact them")
    about_child = SealedText("which child")
    observed_on = models.DateField("date", null=True, blank=True)
    observed_at = models.TimeField("time", null=True, blank=True)
    facts = SealedText("what they saw or heard", blank=True)
    child_words = SealedText("the child’s own words", blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who has begun a concern of it, and the tokens of those forms: the first that is sent is the one.
    taken_up_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_up_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    forms = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # One person puts it forward, another one sets it aside.
    reason = models.CharField("why it is set aside", max_length=20, choices=Reason, blank=True)
    reason_detail = SealedText("what you looked at", blank=True)
    put_forward_at = models.DateTimeField(null=True, blank=True)
    put_forward_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField("dealt with", null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dealt with by"
    )

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "year", "number", name="outside_reference_once"),
            in_pairs("read", name="outside_note_read_in_pairs"),
            in_pairs("ended", name="outside_note_ended_in_pairs"),
            models.CheckConstraint(
                condition=Q(concern=None) | Q(status="concern"), name="outside_note_of_a_concern_is_one"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-received_at"], name="outside_note_time"),
            models.Index(fields=["received_at"], name="outside_note_unread", condition=Q(status="new")),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "id"
        narrative = ("name", "agency", "contact", "about_child", "facts", "child_words", "reason_detail")
        plain = (
            "token",
            "year",
            "number",
            "status",
            "received_at",
            "how_soon",
            "observed_on",
            "observed_at",
            "read_at",
            "taken_up_at",
            "forms",
            "reason",
            "put_forward_at",
            "ended_at",
        )
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        # Set aside, it ends by R28.
        retention = Retention.ROOT
        schedule = "outside_note"
        links = {"concern": Link.ENDS, "forms": Link.APART}

    @property
    def reference(self) -> str:
        """The number on the slip that its writer takes to reception: V-2026-0007."""
        return f"V-{self.year}-{self.number:04d}"

    @property
    def called_at(self) -> datetime | None:
        """Since when it calls for a lead, as a call of a colleague does; None where it can wait."""
        return self.received_at if self.how_soon == HowSoon.RIGHT_NOW else None

    @property
    def is_unread(self) -> bool:
        return self.status == self.Status.NEW

    @property
    def calls(self) -> bool:
        """Whether somebody waits for a lead to open it now."""
        return self.is_unread and self.how_soon == HowSoon.RIGHT_NOW

    @property
    def tone(self) -> str:
        """How its state looks in a list."""
        return {"new": "solid", "put_forward": "info", "concern": "ok"}.get(self.status, "")


class OutsideConflict(models.Model):
    """That a note from outside is not for a member of staff: it is about them, or about somebody close to them.

    They see nothing of it. It holds until a concern is made of the note, whose rule holds from then on: it is said
    there too.
    """

    id = key()
    note = models.ForeignKey(OutsideNote, on_delete=models.PROTECT, related_name="conflicts")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("note", "user", condition=Q(withdrawn_at=None), name="outside_conflict_once"),
            in_pairs("withdrawn", name="outside_conflict_withdrawn_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("said_at", "withdrawn_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"note": Link.ENDS}
