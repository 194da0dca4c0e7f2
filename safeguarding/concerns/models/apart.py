"""What was each child's file to say of a concern, which child was linked to one by mistake, and which could its writer
not name?

Rows that are never replaced.

A child stands here by its key and by no link: nothing leads from a child who was linked by mistake to the concern.
"""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .account import ConcernChild
from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE


class UndoneLink(OfConcern):
    """A wrong link that was taken back. The concern is in no file, list, count or rule of that child any more.

    Read on "Who has looked" of the concern alone.
    """

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="undone_links")
    named = models.ForeignKey(ConcernChild, on_delete=models.PROTECT, related_name="undone")
    token = models.UUIDField(unique=True)
    child_key = models.UUIDField("key of the child")
    role = models.CharField(max_length=30, choices=ConcernChild.Role)
    since = models.DateTimeField("linked")
    reason = SealedText("why it is another child", blank=True)
    undone_at = models.DateTimeField("taken back")
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("token", "child_key", "role", "since", "undone_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"child_key": Link.ENDS}


class FileStory(OfConcern):
    """What a lead decided that one child's file says of a concern. The newest stands on the `ConcernChild` too."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="file_stories")
    named = models.ForeignKey(ConcernChild, on_delete=models.PROTECT, related_name="file_stories")
    token = models.UUIDField(unique=True)
    child_key = models.UUIDField("key of the child")
    says = models.CharField("what the file says", max_length=10, choices=ConcernChild.Says)
    story = SealedText("its own story", blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("story",)
        plain = ("token", "child_key", "says", "said_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"child_key": Link.ENDS}


class WithheldName(models.Model):
    """A child chosen on a form whom its writer may not name, as one hidden from them: left out of the concern, and kept
    here.

    There is a row for any key that the writer cannot see, also for one that was never issued: making it tells nothing.
    Only leads who may see both the concern and that child read it. They add the child, or say no.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waits for a lead"
        ADDED = "added", "Added to the concern"
        REFUSED = "refused", "Not added"

    # Made of the child in the concern and the key: sent twice, it is one.
    id = models.UUIDField(primary_key=True, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="withheld_names")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # The child in the concern whom nobody has named yet.
    named = models.ForeignKey(ConcernChild, on_delete=models.PROTECT, related_name="withheld")
    child_key = models.UUIDField("key of the child")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withheld_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    reason = SealedText("why the child is not added", blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [in_pairs("decided", name="withheld_decided_in_pairs")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("child_key", "withheld_at", "status", "decided_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"child_key": Link.ENDS}
