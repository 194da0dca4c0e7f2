"""Which records were chosen for a decision to share, and what happened with it afterwards?"""

from datetime import date, time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from children.models.child import OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.pairs import in_pairs
from safeguarding.part_texts import Kind, Text, read_key
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText

from .shares import CATEGORY, WHY, SharingEvent


class SharedItem(OfChild):
    """One record of the child that was chosen for a sharing decision, with its text as it stood then.

    Of a draft an item may be taken out. It stays as that.
    """

    event = models.ForeignKey(SharingEvent, on_delete=models.PROTECT, related_name="items")
    # Which record, by the label of its kind and its key, and the digest of what it said.
    record_type = models.CharField(max_length=60)
    record_key = models.UUIDField()
    digest = models.CharField(max_length=64)
    title = models.CharField("what it is", max_length=200)
    moment = models.DateTimeField("when", null=True, blank=True)
    is_timed = models.BooleanField(default=False)
    # {"texts": [[label, text, kind, of], …]}: what each text is, and whose (`part_texts.Text`). One that does not say
    # it was typed. A child that it mentions stands in it as a marker.
    text = SealedJSON("what it said", default=dict)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The record is a file, and that file goes along inside the pack.
    is_enclosed = models.BooleanField("the document itself goes along", default=False)
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "event", "record_type", "record_key", condition=Q(taken_out_at=None), name="shared_item_once"
            ),
            in_pairs("taken_out", name="shared_item_taken_out_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("text",)
        plain = (
            "record_type",
            "record_key",
            "digest",
            "title",
            "moment",
            "is_timed",
            "is_enclosed",
            "chosen_at",
            "taken_out_at",
        )
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"record_key": Link.STAYS}

    @property
    def texts(self) -> list[Text]:
        """What it said, each text under its label."""
        return [_text(*kept) for kept in self.text.get("texts", [])]

    @property
    def day(self) -> date | None:
        return self.moment.astimezone().date() if self.moment else None

    @property
    def clock(self) -> time | None:
        return self.moment.astimezone().time() if self.moment and self.is_timed else None


def _text(label: str, text: str, kind: str = Kind.TYPED, of: str = "") -> Text:
    return Text(label, text, Kind(kind), read_key(of))


class SharingStep(OfChild):
    """Something that happened with what was shared: sent, chased, received by somebody, asked back, answered.

    Only added.
    """

    class Kind(models.TextChoices):
        SENT = "sent", "Sent"
        CHASED = "chased", "Chased"
        RECEIVED = "received", "Received"
        ASKED_BACK = "asked_back", "Asked back"
        ANSWERED = "answered", "Answered"

    event = models.ForeignKey(SharingEvent, on_delete=models.PROTECT, related_name="steps")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what it is", max_length=10, choices=Kind)
    method = models.CharField("how", max_length=10, choices=SharingEvent.Method, blank=True, default="")
    person = SealedText("who there", blank=True, default="")
    text = SealedText("what was said", blank=True, default="")
    happened_at = models.DateTimeField("when")
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["event", "happened_at"], name="sharing_step_of_event")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("person", "text")
        plain = ("token", "kind", "method", "happened_at", "recorded_at")
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
