"""What has each person been told, and who is being given a new start at signing in?"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.notice_kinds import KINDS
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.registers import RegisteredField, of_form

from .people import User
from .school import School


class Notice(models.Model):
    """Word to one person that there is something to read. The row is the truth; e-mail and queue only ring the bell.

    It says what kind of thing and which record, never what is in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    kind = RegisteredField(KINDS)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    # Somebody else has done what this asks for. It was not opened: who called sees who has.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Mailed with others at the time of the school's digest, which `mail_again_at` then is.
    in_digest = models.BooleanField(default=False)
    # What the machine has done: null until the mail server took it, or until it was found that there is no address.
    mailed_at = models.DateTimeField(null=True, blank=True)
    # Times that the mail server refused this address, and when to ask it again.
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_again_at = models.DateTimeField(null=True, blank=True)

    # The reference of the record, put here for the inbox of who may see it (`notices.name_records`); never kept.
    about = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "kind", "object_id", condition=Q(opened_at=None, settled_at=None), name="told_once_until_opened"
            ),
            in_pairs("settled", name="settled_in_pairs"),
            of_form("kind", KINDS.length, name="notice_kind"),
        ]
        indexes = [
            models.Index("user", "created_at", "id", name="notice_inbox"),
            models.Index("created_at", name="notice_unmailed", condition=Q(mailed_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = (
            "kind",
            "object_type",
            "object_id",
            "created_at",
            "opened_at",
            "settled_at",
            "mailed_at",
            "mail_attempts",
            "mail_again_at",
            "in_digest",
        )
        source = Source.HARBOUR
        collection = "mandatory: a concern must reach somebody (KCSIE 2025, part two)"
        retention = Retention.GOES_WITH_IT
        links = {"object_id": Link.ENDS}

    def get_kind_display(self) -> str:
        """What it says, as of a field with choices."""
        return KINDS.words(self.kind)

    @property
    def is_asking(self) -> bool:
        """Whether it is still to be opened, and nobody else has done what it asks for."""
        return not (self.opened_at or self.settled_at)

    @property
    def is_hot(self) -> bool:
        """Whether somebody waits for an answer now."""
        kind = KINDS.entries.get(self.kind)
        return self.is_asking and kind is not None and kind.is_hot

    @property
    def opens_by_itself(self) -> bool:
        """Whether only its own page opens it: somebody waits, or sees when it was opened."""
        kind = KINDS.entries.get(self.kind)
        return kind is not None and kind.opens_by_itself


class Reset(models.Model):
    """A new start for somebody who cannot sign in, given by two people; each of them holds one half of the code.

    Of the halves only digests are kept. Who never had a role with a capability needs one person, who holds both.
    """

    class What(models.TextChoices):
        PASSWORD = "password", "A new password"
        FACTOR = "factor", "A new second factor"
        BOTH = "both", "A new password and a new second factor"

    class How(models.TextChoices):
        SEEN = "seen", "They stand before me"
        RUNG = "rung", "I rang them on a number that I had before"
        VIDEO = "video", "I see them on a video call"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="resets")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_how = models.CharField("how you know that it is them", max_length=10, choices=How)
    first_half = models.CharField(max_length=64)
    # Whether one person was enough (`second_person.reset_needs_two`).
    alone = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_how = models.CharField("how you know that it is them", max_length=10, choices=How, blank=True)
    second_half = models.CharField(max_length=64, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="reset_not_asked_for_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("asked_by"))),
                name="reset_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, second_half="")
                | (
                    Q(confirmed_at__isnull=False) & ~Q(second_half="") & (Q(alone=True) | Q(confirmed_by__isnull=False))
                ),
                name="reset_confirmed_by_somebody",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(confirmed_at__isnull=False), name="reset_used_late"),
            models.UniqueConstraint("user", condition=Q(used_at=None, withdrawn_at=None), name="one_reset_at_a_time"),
        ]
        indexes = [models.Index("confirmed_at", name="reset_confirmed", condition=Q(confirmed_at__isnull=False))]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = (
            "what",
            "asked_at",
            "asked_how",
            "first_half",
            "alone",
            "confirmed_at",
            "confirmed_how",
            "second_half",
            "used_at",
            "withdrawn_at",
        )
        source = Source.HARBOUR
        collection = "mandatory: who let somebody in again must be known (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT

    @property
    def is_first_start(self) -> bool:
        """Whether who added the account let its holder in alone."""
        return self.alone and self.asked_by_id == self.user.added_by_id
