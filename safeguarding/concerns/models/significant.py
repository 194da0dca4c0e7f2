"""Which entries of a child's chronology matter most, and what happened that no other part of the record holds?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .concern import Concern
from .kinds import KCSIE, key


class Pin(models.Model):
    """That an entry of a chronology is significant, and in a line why. A new line ends the pin and makes another.

    An entry is named by its source and the key of its row, so that whatever part of the record comes to have entries
    can be pinned too.
    """

    id = key()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="pins")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # That which the entry is from, if any: a pin is as restricted and as hidden as what it stands on.
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    token = models.UUIDField(unique=True)
    source = models.CharField(max_length=20)
    entry = models.UUIDField()
    analysis = SealedText("why it matters", blank=True)
    pinned_at = models.DateTimeField(db_default=Now())
    pinned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unpinned_at = models.DateTimeField(null=True, blank=True)
    unpinned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("child", "source", "entry", condition=Q(unpinned_at=None), name="pinned_once"),
            in_pairs("unpinned", name="unpinned_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("analysis",)
        plain = ("token", "source", "entry", "pinned_at", "unpinned_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"concern": Link.ENDS, "entry": Link.ENDS}


class ChronologyEntry(OfChild):
    """What happened and stands nowhere else in the record: a call from another school, a letter, a change in the
    family.

    Never changed. Something is added to it as an entry of its own, or it is withdrawn with the reason (domain reference
    1.8).
    """

    class What(models.TextChoices):
        CALL = "call", "Telephone call"
        CONVERSATION = "conversation", "Conversation"
        LETTER = "letter", "Letter or e-mail"
        VISIT = "visit", "Visit"
        FAMILY = "family", "Change in the family or at home"
        SERVICE = "service", "Something another service did"
        OTHER = "other", "Something else"

    nav = "children"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="entries")
    token = models.UUIDField(unique=True)
    adds_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="additions")
    what = models.CharField("what it was", max_length=12, choices=What)
    happened_on = models.DateField("date")
    happened_at = models.TimeField("time", null=True, blank=True)
    text = SealedText("what happened")
    told_by = SealedText("who told the school", blank=True)
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = SealedText("why it is withdrawn", blank=True)

    class Meta:
        constraints = [in_pairs("withdrawn", name="entry_withdrawn_in_pairs")]
        indexes = [models.Index(fields=["child", "happened_on"], name="entry_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("text", "told_by", "withdrawn_reason")
        plain = ("token", "what", "happened_on", "happened_at", "added_at", "withdrawn_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    def get_absolute_url(self) -> str:
        return address_of("chronology_entry", self.pk)
