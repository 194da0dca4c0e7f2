"""What goes to the requester, in which files does it lie, and who opens it?"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.models import InStore

from .cases import CATEGORY, WHY, RightsRequest


class Bundle(models.Model):
    """What was approved, as finished files: made and checked by the worker, bound to the state that was approved."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "The answer"
        RECORD = "record", "The educational record"

    class Building(models.TextChoices):
        """What the machine has done."""

        ASKED = "asked", "Waits to be made"
        BUILDING = "building", "Is being made"
        BUILT = "built", "Made and checked"
        # The check found something that must not be there.
        REFUSED = "refused", "May not be given"
        FAILED = "failed", "Could not be made"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="bundles")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.ANSWER)
    building = models.CharField(max_length=10, choices=Building, default=Building.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # `RightsRequest.approved_state` when it was asked for: another one makes this bundle stale.
    state = models.CharField(max_length=64)
    built_at = models.DateTimeField(null=True, blank=True)
    failed_because = models.CharField(max_length=300, blank=True, default="")
    # How much it gives (`RightsRequest.Outcome`): whoever hands it over may read none of it.
    outcome = models.CharField(max_length=12, choices=RightsRequest.Outcome, blank=True, default="")
    # What the check found: sentences that name the item and quote no word, each with the number of the item or None.
    finds = SealedJSON("what the check found", default=list, blank=True)
    # The words that open its files: shown once to who locks it, and emptied with that.
    words = SealedText("the words that open it", blank=True, default="")
    words_shown_at = models.DateTimeField(null=True, blank=True)
    # Handed over to be sent, by who reads every item.
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "answer as files"
        verbose_name_plural = "answers as files"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "case",
                "kind",
                "state",
                condition=~Q(building__in=("failed", "refused")) & Q(released_at=None),
                name="one_bundle_of_a_state",
            ),
            models.CheckConstraint(
                condition=Q(building="built", built_at__isnull=False)
                | ~Q(building="built") & Q(built_at=None, released_at=None),
                name="bundle_built_as_it_stands",
            ),
            in_pairs("released", name="bundle_released_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("finds", "words")
        plain = (
            "token",
            "kind",
            "building",
            "asked_at",
            "state",
            "built_at",
            "failed_because",
            "outcome",
            "words_shown_at",
            "released_at",
        )
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT


class BundleVolume(InStore):
    """One file of an answer: a PDF, which lies sealed in the store."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="volumes")
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField("volume")
    of = models.PositiveSmallIntegerField("of")
    pages = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField("bytes")
    digest = models.CharField(max_length=64)
    built_at = models.DateTimeField()

    objects = Protected()

    # What is in it is told by the records themselves.
    may_be_opened: ClassVar[bool] = False

    class Meta:
        verbose_name = "file of an answer"
        verbose_name_plural = "files of answers"
        constraints: ClassVar = [
            models.UniqueConstraint("bundle", "number", name="volume_of_answer_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=F("of")), name="volume_of_answer_is_one_of"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        plain = ("number", "of", "pages", "size", "digest", "stored", "built_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
