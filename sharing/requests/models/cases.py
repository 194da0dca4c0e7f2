"""Who asked what about which child, when did it come, and how does it stand?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedText

CATEGORY = notice_category(
    "Requests about data: who asked, what was found, and what was given", Sensitive.SPECIAL, Sensitive.OFFENCES
)
WHY = "mandatory: requests by people about their data are answered and proved (UK GDPR Articles 12 to 22, 5(2))"


class Right(models.TextChoices):
    """What somebody may ask (domain reference 5.4), and a complaint about data (6)."""

    ACCESS = "access", "A copy of what is held"
    RECTIFY = "rectify", "To have something corrected"
    ERASE = "erase", "To have something erased"
    RESTRICT = "restrict", "To have its use limited"
    OBJECT = "object", "To object to its use"
    PORTABILITY = "portability", "To take data elsewhere"
    AUTOMATED = "automated", "Not to be decided on by a machine"
    MARKETING = "marketing", "To stop marketing"
    COMPENSATION = "compensation", "Compensation"
    INFORMED = "informed", "To be told how data is used"
    COMPLAINT = "complaint", "A complaint about how data was handled"


class RightsRequest(models.Model):
    """A request about data: handed in by anybody of the staff, taken up by the office, about one child.

    On pages and in code a row is a `case`. Its words are sealed with a key of its own, which outlives the child's.
    """

    class Status(models.TextChoices):
        HANDED_IN = "handed_in", "Handed in"
        OPEN = "open", "Open"
        PREPARED = "prepared", "Waits for approval"
        APPROVED = "approved", "Approved"
        ANSWERED = "answered", "Answered"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Channel(models.TextChoices):
        SPOKEN = "spoken", "Said to somebody"
        TELEPHONE = "telephone", "By telephone"
        LETTER = "letter", "By letter"
        EMAIL = "email", "By e-mail"
        FORM = "form", "On a form"

    class Requester(models.TextChoices):
        CHILD = "child", "The child"
        PARENT = "parent", "A parent or carer"
        SOLICITOR = "solicitor", "A solicitor"
        AUTHORITY = "authority", "A local authority"
        OTHER = "other", "Somebody else"

    class Authority(models.TextChoices):
        """By what somebody may ask for the child."""

        OWN = "own", "It is their own data"
        PARENTAL = "parental", "Parental responsibility"
        WRITTEN = "written", "Written authority"
        ORDER = "order", "An order of a court"
        NONE = "none", "None was shown"

    class Competence(models.TextChoices):
        NOT_ASSESSED = "", "Not assessed yet"
        UNDERSTANDS = "understands", "The child understands the request"
        NOT_YET = "not_yet", "The child does not understand it yet"

    class Answer(models.TextChoices):
        """What was found about something that binds the answer; nothing was looked at while it is empty."""

        NO = "no", "No"
        YES = "yes", "Yes"

    class Gathering(models.TextChoices):
        """What the machine has done."""

        NOT_ASKED = "", "Not asked for"
        ASKED = "asked", "Waits to be gathered"
        AT_WORK = "at_work", "Is being gathered"
        DONE = "done", "Gathered"
        FAILED = "failed", "Could not be gathered"

    class Outcome(models.TextChoices):
        GIVEN = "given", "Given in full"
        PART = "part", "Given in part"
        NOTHING = "nothing", "Nothing is held"
        DONE = "done", "Done as asked"
        PARTLY_DONE = "partly_done", "Done in part"
        STATEMENT = "statement", "Not done; a statement was added to the record"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # None: nobody has said yet which child, or the child's record has ended.
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # SAR-2026-007; RQ- for everything but a copy.
    reference = models.CharField(max_length=14)
    right = models.CharField("what is asked", max_length=12, choices=Right, default=Right.ACCESS)
    # The case beside which it was opened: one request about two children is two cases.
    came_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    token = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.HANDED_IN)
    received_on = models.DateField("received on")
    channel = models.CharField("how it came", max_length=10, choices=Channel)
    # The requester, as the person who handed it in said.
    requester = SealedText("who asks")
    contact = SealedText("how to reach them", blank=True, default="")
    about = SealedText("about whom")
    words = SealedText("what they asked, in their words")
    requester_is = models.CharField("who they are", max_length=10, choices=Requester, blank=True, default="")
    authority = models.CharField("by what they ask", max_length=10, choices=Authority, blank=True, default="")
    # The type of what was shown, such as a passport; no copy is kept.
    identity_seen = models.CharField("identity seen", max_length=80, blank=True, default="")
    scope = SealedText("what is looked for", blank=True, default="")
    # The educational record too, in 15 school days (SI 2005/1437, regulation 5): maintained schools, in writing.
    wants_record = models.BooleanField("asks for the educational record too", default=False)
    competence = models.CharField(
        "whether the child understands", max_length=12, choices=Competence, blank=True, default=""
    )
    child_views = SealedText("what the child says", blank=True, default="")
    # Answered before it is prepared (domain reference 5.6).
    order_binds = models.CharField(
        "an order of a court binds the requester", max_length=3, choices=Answer, blank=True, default=""
    )
    address_is_confidential = models.CharField(
        "an address may not be given", max_length=3, choices=Answer, blank=True, default=""
    )
    care_order = models.CharField(
        "the child is under a care order", max_length=3, choices=Answer, blank=True, default=""
    )
    checks_note = SealedText("what was found", blank=True, default="")
    handed_in_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gathering = models.CharField(max_length=8, choices=Gathering, blank=True, default="")
    gathered_at = models.DateTimeField(null=True, blank=True)
    # A sentence without a name.
    gathering_failed_because = models.CharField(max_length=300, blank=True, default="")
    # Something was added in which nobody has looked for people yet: nothing is approved until somebody has.
    is_to_be_searched = models.BooleanField("people are still to be found in it", default=False)
    prepared_at = models.DateTimeField(null=True, blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What was approved: a keyed hash over items, persons and redactions. Anything changed since makes it stale.
    approved_state = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    # Who proposed it: somebody else approves.
    outcome_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome_reasons = SealedText("reasons", blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = SealedText("why it was withdrawn, or opened again", blank=True, default="")
    # Who has asked that those who have not finished their part are reminded, until the worker has done it.
    reminder_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # For which last day people were told that it is due in ten working days, in five, and late: of each once.
    told_ten_for = models.DateField(null=True, blank=True)
    told_five_for = models.DateField(null=True, blank=True)
    told_late_for = models.DateField(null=True, blank=True)
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # While it is being destroyed.
    ending_at = models.DateTimeField(null=True, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "request about data"
        verbose_name_plural = "requests about data"
        constraints: ClassVar = [
            models.UniqueConstraint("school", "reference", name="request_number_once"),
            *(
                in_pairs(f, name=f"request_{f}_in_pairs")
                for f in ("opened", "prepared", "approved", "answered", "withdrawn")
            ),
            models.CheckConstraint(
                condition=Q(status__in=("handed_in", "withdrawn")) | Q(opened_at__isnull=False),
                name="request_opened_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("prepared", "approved")) | Q(prepared_at__isnull=False),
                name="request_prepared_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False), name="request_approved_as_it_stands"
            ),
            models.CheckConstraint(
                condition=~Q(status="answered") | Q(answered_at__isnull=False) & ~Q(outcome=""),
                name="request_answered_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("prepared_by")),
                name="request_approved_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "-received_on", "-id"], name="request_register"),
            models.Index(fields=["child"], name="request_of_child"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "id"
        narrative = (
            "requester",
            "contact",
            "about",
            "words",
            "scope",
            "child_views",
            "checks_note",
            "outcome_reasons",
            "ended_because",
        )
        plain = (
            "reference",
            "right",
            "token",
            "status",
            "received_on",
            "channel",
            "requester_is",
            "authority",
            "identity_seen",
            "wants_record",
            "competence",
            "order_binds",
            "address_is_confidential",
            "care_order",
            "handed_in_at",
            "opened_at",
            "gathering",
            "gathered_at",
            "gathering_failed_because",
            "is_to_be_searched",
            "prepared_at",
            "approved_at",
            "approved_state",
            "outcome",
            "answered_at",
            "withdrawn_at",
            "told_ten_for",
            "told_five_for",
            "told_late_for",
            "revision",
            "ending_at",
        )
        source = Source.SCHOOL
        also_from = (Source.FAMILY,)
        category = CATEGORY
        collection = WHY
        # By R12 and R13: a closed case outlives the child's record.
        retention = Retention.ROOT
        schedule = "request"
        links: ClassVar = {"child": Link.EMPTIES, "came_with": Link.EMPTIES}

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_copy(self) -> bool:
        """Whether copies are asked for, and so items gathered and a bundle made."""
        return self.right == Right.ACCESS

    @property
    def is_handed_over(self) -> bool:
        """Whether copies go out with its answer: none do where somebody refuses the request as a whole, with reasons.
        Where each item was withheld by itself, the letter that says so goes out.
        """
        return self.is_copy and not (self.outcome == self.Outcome.REFUSED and self.outcome_reasons)


_S = RightsRequest.Status
# What is worked on: its items are read.
AT_WORK = (_S.OPEN, _S.PREPARED, _S.APPROVED)
# What is not over.
OPEN = (_S.HANDED_IN, *AT_WORK)
