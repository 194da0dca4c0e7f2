"""What has somebody typed that is not saved where it belongs yet?

Drafts, who read them, and words of a session that ended.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText

from .account import Account
from .concern import Concern
from .kinds import KCSIE, key
from .lead import Action


class Draft(models.Model):
    """What somebody has typed and not sent. Its key is the token of the form. It never expires by itself.

    Only its author reads it. After one school day leads see that it is there, who wrote it and since when; a lead may
    ask its author, or open it with a reason, which is recorded.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    # Of the key that seals it, new with each row: the same form may begin another draft when this one's key has ended.
    own_key = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Set when the draft finishes a call for a lead that is already a concern.
    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")
    # Set when the draft is something to add to an account that was sent before.
    adds_to = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    content = SealedJSON(default=dict)
    # Of the children whom it names, those with a record: nobody from whom one of them is hidden is shown it.
    names = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    started_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Counts saves. With `page`, the page on which the last of them was typed, it tells a save that knows of the one
    # before from one typed in another window meanwhile, which must not take its place and becomes a draft of its own.
    revision = models.PositiveIntegerField(default=0)
    page = models.CharField(max_length=60, blank=True)
    # When it was last saved with its author's session, and how many bytes it holds: see `services/draft_limits.py`.
    used_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)

    # The one record of concerns that ends without the retention schedule: sending it makes it an account.
    web_may_delete = True

    objects = Protected()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-saved_at"], name="draft_author"),
            models.Index(fields=["school", "started_at"], name="draft_school"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "author"
        sealed_by = "own_key"
        sealed_for = "author"
        narrative = ("content",)
        plain = ("own_key", "names", "started_at", "saved_at", "asked_at", "revision", "page", "used_at", "size")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.WAITS
        links = {"concern": Link.WAITS, "adds_to": Link.WAITS, "names": Link.WAITS, "own_key": Link.APART}


class DraftOpening(models.Model):
    """That a lead has read somebody's unsent draft, and why.

    It ends with the draft: what it says becomes a note then.
    """

    id = key()
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="openings")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = SealedText("reason for opening it")
    opened_at = models.DateTimeField(db_default=Now())

    web_may_delete = True

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "draft__author"
        sealed_by = "id"
        sealed_for = "lead"
        narrative = ("reason",)
        plain = ("opened_at",)
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class KeptText(models.Model):
    """What somebody typed on the page of a concern or an action after their session had ended. For its author only.

    It stands in its form again once they have signed in, and ends when that is saved or discarded.
    """

    # Made of the page's token and the form: sent twice, it is kept once.
    id = models.UUIDField(primary_key=True, editable=False)
    # As that of a draft: what is kept again later has another one.
    own_key = models.UUIDField(default=uuid7, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    # Set for the page of an action; the page of the concern otherwise.
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The key of what it is about, where the page is of something that belongs to the concern: a referral, a meeting.
    part = models.UUIDField(null=True, blank=True, editable=False)
    form = models.CharField(max_length=20)
    content = SealedJSON(default=dict)
    size = models.PositiveIntegerField("bytes", default=0)
    kept_at = models.DateTimeField()

    web_may_delete = True

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "own_key"
        sealed_for = "author"
        narrative = ("content",)
        plain = ("own_key", "part", "form", "size", "kept_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"part": Link.ENDS, "own_key": Link.APART}
