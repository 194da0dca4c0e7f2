"""What was found, who stands in it, and what is taken out?"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.models import NARRATIVE, PLAIN, StoredFile

from .cases import CATEGORY, WHY, RightsRequest
from .law import Exemption


class Decided(models.TextChoices):
    """What becomes of a whole item."""

    NOT_YET = "", "Not decided"
    FULL = "full", "In full"
    PART = "part", "In part"
    WITHHELD = "withheld", "Withheld"
    OUT_OF_SCOPE = "out_of_scope", "Not asked for"


class RequestItem(models.Model):
    """A copy of one record or file as it was when it was gathered: immutable but for what was decided on it.

    `content` is {"blocks": [{"key", "label", "text", "kind", "of"}], "pages": [{"n", "words": [[text, x0, y0, x1, y1],
    …]}]}, where children whom a text mentions are markers; `kind` says what a text is and `of` whose it is
    (`part_texts.Text`). One that does not say it was typed. A text of a passage says where it names the child
    ("named": [[start, end], …]). `found` is what was recognised in it and may be made again:
    {"spans": [[block, start, end, person], …], "boxes": [[page, x0, y0, x1, y1, person], …]}, where a person is the
    key of a `RequestPerson`.
    """

    class Without(models.TextChoices):
        """Why an item has no content."""

        WITHHELD_FILE = "withheld_file", "The file is withheld, or was removed"
        NOT_SCANNED = "not_scanned", "The file waits for the virus scanner, or has a virus"
        NOT_COPIED = "not_copied", "Sound or film: it is withheld, or given by hand"
        UNREADABLE = "unreadable", "The file cannot be read"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="items")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    # What it is a copy of: the label of a model and the key of a row, or of a file; empty for what was added by hand.
    source = models.CharField(max_length=60, blank=True, default="")
    source_key = models.UUIDField(null=True, blank=True)
    # The revision that was copied: another one is another item.
    source_revision = models.PositiveIntegerField(null=True, blank=True)
    # The concern on which the right to see it hangs, if any.
    concern_key = models.UUIDField(null=True, blank=True)
    # Of a passage the child on whose record it stands, where that is no concern: it is hidden as that record is.
    of_child = models.UUIDField(null=True, blank=True)
    title = SealedText("what it is")
    moment = models.DateTimeField("when", null=True, blank=True)
    content = SealedJSON("copy", default=dict)
    found = SealedJSON("who was found in it", default=dict)
    without = models.CharField("why it has no content", max_length=14, choices=Without, blank=True, default="")
    is_in_error = models.BooleanField("was entered in error", default=False)
    # Of a record of others that names this child: what is to be given has to be chosen.
    is_passage = models.BooleanField("is about others and names the child", default=False)
    is_record = models.BooleanField("belongs to the educational record", default=False)
    # From the store about adults, or added by hand: who added it.
    place = models.ForeignKey("SearchPlace", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    decided = models.CharField("decision", max_length=12, choices=Decided, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exemption = models.ForeignKey(Exemption, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The answers to the questions of its test, by their keys.
    answers = SealedJSON("answers", default=dict, blank=True)
    why = SealedText("why", blank=True, default="")
    # Pages without words that its reviewer has ticked as read.
    pages_read = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    # The approver has opened it in the state of this hash.
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    looked_state = models.CharField(max_length=64, blank=True, default="")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "item of a request"
        verbose_name_plural = "items of requests"
        constraints: ClassVar = [
            models.UniqueConstraint("case", "number", name="item_number_once"),
            models.UniqueConstraint(
                "case",
                "source",
                "source_key",
                "source_revision",
                "is_passage",
                condition=~Q(source=""),
                nulls_distinct=False,
                name="item_copied_once",
            ),
            in_pairs("decided", name="item_decided_in_pairs"),
            in_pairs("looked", name="item_looked_in_pairs"),
            models.CheckConstraint(
                condition=Q(decided="", decided_at=None) | ~Q(decided="") & Q(decided_at__isnull=False),
                name="item_decided_as_it_stands",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["reviewer", "case"], name="item_of_reviewer")]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("title", "content", "found", "answers", "why")
        plain = (
            "number",
            "source",
            "source_key",
            "source_revision",
            "concern_key",
            "of_child",
            "moment",
            "without",
            "is_in_error",
            "is_passage",
            "is_record",
            "made_at",
            "decided",
            "decided_at",
            "pages_read",
            "looked_at",
            "looked_state",
            "revision",
        )
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"source_key": Link.STAYS, "concern_key": Link.STAYS, "of_child": Link.STAYS}


class RequestFile(StoredFile):
    """The bytes from which the pages of an item are drawn. They never go out."""

    nav: ClassVar[str] = "requests"
    counts_for_the_day: ClassVar[bool] = False

    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="files")
    item = models.OneToOneField(RequestItem, on_delete=models.PROTECT, related_name="file")

    class Meta(StoredFile.Meta):
        verbose_name = "file of a request"
        verbose_name_plural = "files of requests"

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = NARRATIVE
        plain = PLAIN
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT

    def get_absolute_url(self) -> str:
        return address_of("request_item", self.item_id)

    @property
    def belongs_to(self) -> str:
        return f"request {self.case.reference}"


class RequestPerson(models.Model):
    """Somebody of the school's lists who stands in items, or an address that may not be given.

    A decision on them is a `Redaction` with `person`: it holds wherever they were found, unless a place differs.
    """

    class Kind(models.TextChoices):
        CHILD = "child", "Child"
        ADULT = "adult", "Family or other adult"
        STAFF = "staff", "Member of staff"
        ADDRESS = "address", "Address that may not be given"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="people")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("what they are", max_length=8, choices=Kind)
    # "Child B": the same throughout.
    label = models.CharField("what they are called in the answer", max_length=40)
    # The row from which the names came: of a child, a person, an account.
    key = models.UUIDField()
    # The fields of `people.Person`.
    names = SealedJSON("how they are called", default=dict)
    # The items in which they were found, so that nobody learns of them from an item that they may not read.
    items = ArrayField(models.UUIDField(), default=list)

    objects = Protected()

    class Meta:
        verbose_name = "person found for a request"
        verbose_name_plural = "people found for requests"
        constraints: ClassVar = [
            models.UniqueConstraint("case", "kind", "key", name="person_of_request_once"),
            models.UniqueConstraint("case", "label", name="label_of_request_once"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("names",)
        plain = ("kind", "label", "key", "items")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"key": Link.STAYS, "items": Link.APART}


class Redaction(models.Model):
    """That a place of an item, or a person everywhere, is taken out, replaced or kept. Undone by another row."""

    class Deed(models.TextChoices):
        OUT = "out", "Take out"
        REPLACE = "replace", "Replace"
        KEEP = "keep", "Keep"
        UNDONE = "undone", "Undone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="redactions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    item = models.ForeignKey(RequestItem, on_delete=models.PROTECT, null=True, blank=True, related_name="redactions")
    person = models.ForeignKey(RequestPerson, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    # A range of characters of a block, or a rectangle of a page in thousandths of it: x0, y0, x1, y1.
    block = models.CharField(max_length=80, blank=True, default="")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    area = ArrayField(models.PositiveSmallIntegerField(), null=True, blank=True, size=4)
    deed = models.CharField("what is done", max_length=8, choices=Deed)
    instead = SealedText("what stands instead", blank=True, default="")
    exemption = models.ForeignKey(Exemption, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answers = SealedJSON("answers", default=dict, blank=True)
    why = SealedText("why", blank=True, default="")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "redaction"
        verbose_name_plural = "redactions"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(deed="undone", undoes__isnull=False)
                | Q(undoes=None, person__isnull=False, item=None, start=None, page=None)
                | Q(undoes=None, person=None, item__isnull=False, start__isnull=False, end__isnull=False, page=None)
                & ~Q(block="")
                | Q(undoes=None, person=None, item__isnull=False, start=None, page__isnull=False, area__isnull=False),
                name="redaction_of_one_place",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["item", "id"], name="redaction_of_item")]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("instead", "answers", "why")
        plain = ("token", "block", "start", "end", "page", "area", "deed", "made_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
