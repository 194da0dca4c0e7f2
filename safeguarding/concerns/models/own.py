"""What does a lead keep for herself: the ways in which she narrows her list, and the notes of her own supervision?"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import key


class SavedFilter(models.Model):
    """A way of narrowing the list of concerns, under a name. For its owner alone: a name may be a child's."""

    id = key()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    name = SealedText("name of the filter")
    # Codes and keys of the filter, never words.
    chosen = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=Now())

    web_may_delete = True

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        sealed_by = "user"
        narrative = ("name",)
        plain = ("token", "chosen", "saved_at")
        source = Source.SAFEGUARDING_LEAD
        collection = "voluntary: how somebody arranges their own list"
        retention = Retention.GOES_WITH_IT


class SupervisionNote(models.Model):
    """A note of somebody's professional supervision, for the two who were there. Added and never changed."""

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="who with")
    token = models.UUIDField(unique=True)
    held_on = models.DateField("when it was")
    text = SealedText("note")
    added_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(author=F("other")), name="supervision_takes_two")]

    class PersonalData(personal_data.PersonalData):
        subject = "author"
        sealed_by = "author"
        narrative = ("text",)
        plain = ("token", "held_on", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = (
            "voluntary: supervision of who leads on safeguarding; guidance recommends it, no law says what is kept"
        )
        retention = Retention.WAITS
