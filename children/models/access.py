"""Who may see this child beside those whose role says so, and who may not whatever their role?"""

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from children import grants
from safeguarding import personal_data
from safeguarding.accounts.models import School, Team, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source, notice_category
from safeguarding.sealing.fields import SealedText

from .child import Child, OfChild

_NEED_TO_KNOW = "mandatory: who may see a record, and why, must be known (UK GDPR Art 5(1)(f))"

# What the privacy notice calls it.
WHO_MAY_SEE = notice_category("Who may see a record, and why")


class ConflictOfInterest(OfChild):
    """That a member of staff is related or close to a child, and therefore sees nothing of it, whatever their role.

    It blocks from the moment it is declared. A lead confirms it, or lifts it with a reason; it is never deleted.
    """

    class Kind(models.TextChoices):
        OWN_CHILD = "own_child", "Own child, or a child of the same home"
        RELATIVE = "relative", "Relative"
        CLOSE = "close", "Close friend of the family"
        OTHER = "other", "Another close connection"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("connection", max_length=10, choices=Kind)
    declared_at = models.DateTimeField(db_default=Now())
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lift_reason = SealedText("reason for lifting it", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "child", condition=Q(lifted_at=None), name="conflict_once"),
            in_pairs("confirmed", name="conflict_confirmed_in_pairs"),
            in_pairs("lifted", name="conflict_lifted_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        sealed_by = "child"
        narrative = ("lift_reason",)
        plain = ("kind", "declared_at", "confirmed_at", "lifted_at")
        source = Source.SCHOOL
        collection = "mandatory: nobody handles the record of their own family (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT
        links = {"child": Link.ENDS}


class ChildGrant(grants.PersonGrant):
    """That somebody may read the record of one child until a day, because they need to know."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    content_object = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, related_name="+")

    objects = Protected()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "content_object", condition=Q(ended_at=None), name="child_granted_once"),
            grants.ended_in_pairs("child_grant_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "content_object"
        sealed_by = "content_object"
        narrative = ("reason", "end_reason")
        plain = ("expires_on", "granted_at", "ended_at")
        source = Source.SAFEGUARDING_LEAD
        category = WHO_MAY_SEE
        collection = _NEED_TO_KNOW
        retention = Retention.GOES_WITH_IT


class ChildTeamGrant(grants.TeamGrant):
    """That a team may read the record of one child until a day, each while a member of the team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    content_object = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, related_name="+")

    objects = Protected()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "group", "content_object", condition=Q(ended_at=None), name="child_granted_to_team_once"
            ),
            grants.ended_in_pairs("child_team_grant_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "content_object"
        sealed_by = "content_object"
        narrative = ("reason", "end_reason")
        plain = ("expires_on", "granted_at", "ended_at")
        source = Source.SAFEGUARDING_LEAD
        category = WHO_MAY_SEE
        collection = _NEED_TO_KNOW
        retention = Retention.GOES_WITH_IT


class EmergencyAccess(OfChild):
    """That somebody opened the record of one child in an emergency: why, until when, and what the reviewer found."""

    class Finding(models.TextChoices):
        JUSTIFIED = "justified", "It was needed"
        NOT_JUSTIFIED = "not_justified", "It was not needed"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = SealedText("reason")
    opened_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    # By when somebody else has looked at it: two school days (a setting of Harbour, not law).
    review_by = models.DateField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField(max_length=14, choices=Finding, blank=True)
    review_note = SealedText("what the review found", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="emergency_runs_forward"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, finding="")
                | (
                    Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(finding="") & ~Q(reviewed_by=F("user"))
                ),
                name="emergency_reviewed_by_somebody_else",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("reason", "review_note")
        plain = ("opened_at", "ends_at", "review_by", "reviewed_at", "finding")
        source = Source.SAFEGUARDING_LEAD
        category = WHO_MAY_SEE
        collection = _NEED_TO_KNOW
        retention = Retention.GOES_WITH_IT
