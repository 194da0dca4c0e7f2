"""What was each child's file to say of a concern, and which child was linked to one by mistake? Rows that are never replaced.

A child stands here by its key and by no link: nothing leads from a child who was linked by mistake to the concern.
"""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .account import ConcernChild
from .concern import Concern
from .kinds import KCSIE, key


class UndoneLink(models.Model):
    """A wrong link that was taken back. The concern is in no file, list, count or rule of that child any more.

    Read on "Who has looked" of the concern alone.
    """

    id = key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="undone_links")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    named = models.ForeignKey(ConcernChild, on_delete=models.PROTECT, related_name="undone")
    token = models.UUIDField(unique=True)
    child_key = models.UUIDField("key of the child")
    role = models.CharField(max_length=30, choices=ConcernChild.Role)
    since = models.DateTimeField("linked")
    reason = SealedText("why it is another child", blank=True)
    undone_at = models.DateTimeField("taken back")
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("token", "child_key", "role", "since", "undone_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class FileStory(models.Model):
    """What a lead decided that one child's file says of a concern. The newest stands on the `ConcernChild` too."""

    id = key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="file_stories")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    named = models.ForeignKey(ConcernChild, on_delete=models.PROTECT, related_name="file_stories")
    token = models.UUIDField(unique=True)
    child_key = models.UUIDField("key of the child")
    says = models.CharField("what the file says", max_length=10, choices=ConcernChild.Says)
    story = SealedText("its own story", blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("story",)
        plain = ("token", "child_key", "says", "said_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
