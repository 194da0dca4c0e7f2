"""What is a concern? A note that somebody is worried about a child, what was decided, and what was done.

The words of a reporter are an `Account` (and its amendments): its author sees them for ever. The `Concern` (level,
decision, links, notes) is for safeguarding leads. Every table carries the school, so that row rules need no joins.
Fields and reasons: domain reference 1.2.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText

KCSIE = "mandatory: concerns, discussions, decisions and the reasons for them go in writing (KCSIE 2025, Annex C)"


def _key() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Category(models.Model):
    """One kind of concern, as staff choose it. Dated rows: what a school no longer uses stays on old records."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=80)
    guidance = models.TextField(help_text="What staff see under the field when they choose this.")
    order = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120)

    class PersonalData(personal_data.PersonalData):
        plain = ("name", "guidance", "order", "valid_from", "valid_to", "source")
        source = Source.HARBOUR
        retention = Retention.KEPT


class Subcategory(models.Model):
    id = _key()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="subcategories")
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("category", "name", name="subcategory_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("name", "order", "valid_to")
        source = Source.HARBOUR
        retention = Retention.KEPT


class ReferenceCounter(models.Model):
    """The last number given to a concern of a school in a year. Locked while the next one is taken."""

    id = _key()
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("school", "year", name="one_counter_a_year")]

    class PersonalData(personal_data.PersonalData):
        plain = ("year", "last")
        source = Source.HARBOUR
        retention = Retention.KEPT


class HowSoon(models.IntegerChoices):
    """The reporter's answer to how soon somebody needs to act. Higher is sooner, so that it sorts."""

    RIGHT_NOW = 4, "Right now"
    TODAY = 3, "Today"
    THIS_WEEK = 2, "This week"
    FOR_THE_RECORD = 1, "For the record"


class Level(models.IntegerChoices):
    """Level of need, set by a safeguarding lead only (domain reference 1.9)."""

    LOW = 1, "Level 1 Low"
    EARLY_HELP = 2, "Level 2 Early help"
    CHILD_IN_NEED = 3, "Level 3 Child in need"
    CHILD_PROTECTION = 4, "Level 4 Child protection"


class Receipt(models.TextChoices):
    """The safe phrase that a lead chooses for the reporter. Nothing else of the decision reaches the reporter."""

    READ_ACTED = "read_acted", "Thank you. This has been read and acted on."
    WATCHING = "watching", "We know about this and are keeping watch. Log anything new."
    IN_SCHOOL = "in_school", "Dealt with in school."
    ACTION_TAKEN = "action_taken", "Action has been taken. You may not be told the details."


class ClosingOutcome(models.TextChoices):
    HELPED_IN_SCHOOL = "helped_in_school", "Helped in school, no further need"
    EARLY_HELP = "early_help", "Early help is in place"
    SOCIAL_CARE = "social_care", "Children’s social care has taken it on"
    POLICE = "police", "The police have taken it on"
    OTHER_AGENCY = "other_agency", "Another service has taken it on"
    UNFOUNDED = "unfounded", "Looked into, nothing to worry about"
    ANOTHER_RECORD = "another_record", "Goes on in another record"


class Concern(models.Model):
    """A concern: where it stands, what was decided, who is worried about. Its words are in its account."""

    class Status(models.TextChoices):
        NEW = "new", "Unread"
        ACKNOWLEDGED = "acknowledged", "Read"
        DECIDED = "decided", "Decided"
        CLOSED = "closed", "Closed"

    id = _key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="concerns")
    # Issued by the server with the empty form: a double click, the back button and a retry are one concern.
    token = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    how_soon = models.PositiveSmallIntegerField("how soon somebody needs to act", choices=HowSoon)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subcategory = models.ForeignKey(Subcategory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What lists show. A lead may name it; until then the category does.
    title = SealedText("short title", blank=True)
    logged_at = models.DateTimeField(db_default=Now())
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Tell first, write after: a call for a lead starts the concern, its account is finished later.
    called_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField("account finished", null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.PositiveSmallIntegerField("level of need", choices=Level, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)
    receipt = models.CharField("what the reporter is told", max_length=20, choices=Receipt, blank=True)
    # The closing that stands, while the concern is closed. Every one there has been is a `Closing`.
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=ClosingOutcome, blank=True)
    closing_reason = SealedText("reason for closing", blank=True)
    # Since when it waits again, after the last of its closings that did not stand.
    reopened_at = models.DateTimeField("opened again", null=True, blank=True)
    # Something came in that no lead has opened yet: an addition, a finished account.
    news_at = models.DateTimeField(null=True, blank=True)
    # Counts saves, so that the second of two leads sees what the first changed.
    revision = models.PositiveIntegerField(default=0)

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "year", "number", name="concern_reference_once"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="acknowledged_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="closed_in_pairs",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-logged_at", "-id"], name="concern_school_time"),
            models.Index(
                fields=["school", "-how_soon", "logged_at", "id"],
                name="concern_queue",
                condition=Q(status__in=("new", "acknowledged")),
            ),
            models.Index(
                fields=["called_at"], name="concern_calls", condition=Q(called_at__isnull=False, acknowledged_at=None)
            ),
            models.Index(fields=["school", "called_at"], name="concern_unfinished", condition=Q(finished_at=None)),
            models.Index(fields=["school", "review_on"], name="concern_review", condition=Q(status="decided")),
            models.Index(fields=["school", "-news_at"], name="concern_news", condition=Q(news_at__isnull=False)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "children"
        narrative = ("title", "closing_reason")
        plain = (
            "token", "year", "number", "status", "how_soon", "logged_at", "called_at", "finished_at", "acknowledged_at",
            "level", "decided_at", "review_on", "receipt", "closed_at", "outcome", "reopened_at",
            "news_at", "revision",
        )  # fmt: skip
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.ROOT

    @property
    def reference(self) -> str:
        """The number people quote: C-2026-0412."""
        return f"C-{self.year}-{self.number:04d}"

    @property
    def label(self) -> str:
        """What lists show: the lead's title, else the category, else that it is being written."""
        if self.title:
            return self.title
        if self.category is None:
            return "Call for a safeguarding lead" if self.called_at else "Concern"
        return f"{self.category.name}: {self.subcategory.name}" if self.subcategory else self.category.name


class Account(models.Model):
    """What one member of staff saw or heard, and the child's own words apart. Never changed once sent; added to."""

    class Place(models.TextChoices):
        CLASSROOM = "classroom", "Classroom"
        PLAYGROUND = "playground", "Playground"
        CORRIDOR = "corridor", "Corridor or cloakroom"
        HALL = "hall", "Hall or dining room"
        OFFICE = "office", "Office or reception"
        GATE = "gate", "School gate"
        OFF_SITE = "off_site", "Off site, on a school activity"
        HOME = "home", "At home"
        COMMUNITY = "community", "Elsewhere in the community"
        ONLINE = "online", "Online"
        OTHER = "other", "Somewhere else"

    class HowKnown(models.TextChoices):
        TOLD_BY_CHILD = "told_by_child", "The child told me"
        SAW_OR_HEARD = "saw_or_heard", "I saw or heard it"
        TOLD_BY_CHILD_OTHER = "told_by_other_child", "Another child told me"
        TOLD_BY_PARENT = "told_by_parent", "A parent or carer told me"
        TOLD_BY_OTHER = "told_by_other", "Someone else told me"
        FILTERING = "filtering", "Filtering or monitoring alert"
        POLICE = "police", "Police notice"
        TRANSFER = "transfer", "File from another school"
        ANONYMOUS = "anonymous", "Anonymous"

    class Told(models.TextChoices):
        LEAD = "lead", "Yes, a safeguarding lead"
        OTHER = "other", "Yes, someone else"
        NOBODY = "nobody", "I have not told anyone yet"

    id = _key()
    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="account")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accounts")
    observed_on = models.DateField("date", null=True, blank=True)
    # "About when": null where the author could not say.
    observed_at = models.TimeField("time", null=True, blank=True)
    place = models.CharField("where", max_length=20, choices=Place, blank=True)
    place_detail = SealedText("where exactly", blank=True)
    how_known = models.CharField("how you came to know", max_length=20, choices=HowKnown, blank=True)
    others_present = SealedText("who else was there", blank=True)
    facts = SealedText("what you saw or heard", blank=True)
    child_words = SealedText("the child’s own words", blank=True)
    presentation = SealedText("how the child seemed", blank=True)
    marks_seen = models.BooleanField(null=True, blank=True)
    done_at_once = SealedText("what you did at once", blank=True)
    told = models.CharField("who you have told", max_length=10, choices=Told, blank=True)
    told_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_other = SealedText("who else you told", blank=True)
    # Set by the server. A late entry is one that was written on a later day than it was seen.
    recorded_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class Meta:
        indexes = [models.Index(fields=["author", "-recorded_at", "-id"], name="account_author_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = (
            "place_detail", "others_present", "facts", "child_words", "presentation", "done_at_once", "told_other",
        )  # fmt: skip
        plain = ("observed_on", "observed_at", "place", "how_known", "marks_seen", "told", "recorded_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Amendment(models.Model):
    """Something the author adds to an account, with the reason. The first version stays as it was."""

    class Reason(models.TextChoices):
        MORE = "more", "Something more I saw or heard"
        CORRECTION = "correction", "To correct something I wrote"
        EXACT = "exact", "To be more exact"

    id = _key()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="amendments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    text = SealedText("what you add")
    reason = models.CharField("why you add it", max_length=20, choices=Reason)
    added_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "account__concern__children"
        narrative = ("text",)
        plain = ("token", "reason", "added_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class ConcernChild(models.Model):
    """A child in a concern, and the role of each. A child nobody can name is described until a lead links the record."""

    class Role(models.TextChoices):
        WORRIED_ABOUT = "worried_about", "Child I am worried about"
        MAY_HAVE_CAUSED_HARM = "may_have_caused_harm", "May have caused harm"
        WITNESS = "witness", "Witness"
        SIBLING = "sibling", "Brother or sister"
        MENTIONED = "mentioned", "Mentioned"

    class Kind(models.TextChoices):
        ON_RECORD = "on_record", "Has a record"
        UNNAMED = "unnamed", "A child I cannot name"
        NOT_ON_ROLL = "not_on_roll", "Not at this school"
        UNBORN = "unborn", "Not born yet"

    id = _key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="children")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="concern_roles")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ON_RECORD)
    description = SealedText("who it is, as far as you know", blank=True)
    role = models.CharField(max_length=30, choices=Role)
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("concern", "child", name="child_once_a_concern"),
            models.CheckConstraint(condition=Q(child__isnull=False) | ~Q(kind="on_record"), name="linked_or_described"),
        ]
        indexes = [models.Index(fields=["child", "-added_at"], name="concern_child_time")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        narrative = ("description",)
        plain = ("kind", "role", "added_at", "linked_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class BodyMapMark(models.Model):
    """A mark that was seen, by region of the body (left and right are the child's). Never a photograph."""

    id = _key()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="marks")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # One of the numbered regions of `bodymap.py`.
    region = models.PositiveSmallIntegerField()
    note = SealedText("what you saw", blank=True)

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("account", "region", name="mark_once_a_region")]

    class PersonalData(personal_data.PersonalData):
        subject = "account__concern__children"
        narrative = ("note",)
        plain = ("region",)
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class ConcernNote(models.Model):
    """What a safeguarding lead adds: a conversation, a telephone call, a thought with its reason."""

    id = _key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="notes")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    text = SealedText("note")
    added_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = ("text",)
        plain = ("token", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Decision(models.Model):
    """What a lead decided, and why. A later decision adds to an earlier one and never replaces it."""

    class Kind(models.TextChoices):
        NO_ACTION = "no_action", "Not a safeguarding matter"
        MONITOR = "monitor", "Keep watching"
        IN_SCHOOL = "in_school", "Support in school"
        EARLY_HELP = "early_help", "Early help"
        SOCIAL_WORKER = "social_worker", "Tell the allocated social worker"
        CHILD_IN_NEED = "child_in_need", "Refer: child in need (section 17)"
        CHILD_PROTECTION = "child_protection", "Refer: child protection (section 47)"
        POLICE = "police", "Call the police"
        CHANNEL = "channel", "Refer: Prevent or Channel"
        LADO = "lado", "Local authority designated officer (LADO)"
        OTHER = "other", "Something else"

    class ParentsTold(models.TextChoices):
        YES = "yes", "Yes"
        NOT_YET = "not_yet", "Not yet"
        NO_RISK = "no_risk", "No, it could add to the risk"

    class Consent(models.TextChoices):
        YES = "yes", "Yes, given"
        REFUSED = "refused", "Asked and refused"
        NOT_SOUGHT = "not_sought", "Not asked: it could add to the risk"
        NOT_NEEDED = "not_needed", "Not needed for this"

    class LegalReason(models.TextChoices):
        """The legal reason for telling somebody outside the school (domain reference 5.3)."""

        SECTION_47 = "s47", "Children Act 1989 section 47: reasonable cause to suspect significant harm"
        SECTION_17 = "s17", "Children Act 1989 section 17: child in need, with consent"
        SECTION_175 = "s175", "Education Act 2002 section 175: the school’s safeguarding duty"
        PREVENT = "prevent", "Counter-Terrorism and Security Act 2015 section 26"
        CRIME = "crime", "Prevention or detection of crime"

    # Only these go outside the school, so only these ask for a recipient, consent and a legal reason.
    OUTSIDE = frozenset({"social_worker", "child_in_need", "child_protection", "police", "channel", "lado"})

    id = _key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="decisions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    level = models.PositiveSmallIntegerField("level of need", choices=Level)
    kind = models.CharField("what you will do", max_length=20, choices=Kind)
    rationale = SealedText("why")
    parents_told = models.CharField("have parents been told", max_length=10, choices=ParentsTold)
    parents_reason = SealedText("reason parents have not been told", blank=True)
    new_referral = models.BooleanField("is this a new referral", null=True, blank=True)
    recipient = SealedText("who is told", blank=True)
    consent = models.CharField(max_length=12, choices=Consent, blank=True)
    consent_reason = SealedText("reason for consent as it is", blank=True)
    legal_reason = models.CharField("legal reason", max_length=10, choices=LegalReason, blank=True)
    review_on = models.DateField("review on", null=True, blank=True)
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = ("rationale", "parents_reason", "recipient", "consent_reason")
        plain = (
            "token", "level", "kind", "parents_told", "new_referral", "consent", "legal_reason", "review_on", "decided_at",
        )  # fmt: skip
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Closing(models.Model):
    """How a concern was closed, and why. Opening the concern again, and a later closing, leave it as it was written."""

    id = _key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="closings")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField("how it ended", max_length=20, choices=ClosingOutcome)
    reason = SealedText("why it can be closed")
    receipt = models.CharField("what the reporter is told", max_length=20, choices=Receipt)
    closed_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = ("reason",)
        plain = ("outcome", "receipt", "closed_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Action(models.Model):
    """Something that somebody must do by a day."""

    class Status(models.TextChoices):
        TO_DO = "to_do", "To do"
        DONE = "done", "Done"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = _key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="actions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    text = SealedText("what needs doing")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField("due date")
    status = models.CharField(max_length=10, choices=Status, default=Status.TO_DO)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    result = SealedText("what came of it", blank=True)

    objects = Protected()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="action_ended_in_pairs",
            )
        ]
        indexes = [models.Index(fields=["owner", "due_on"], name="action_due", condition=Q(status="to_do"))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = ("text", "result")
        plain = ("token", "due_on", "status", "created_at", "ended_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Draft(models.Model):
    """What somebody has typed and not sent. Its key is the token of the form. It never expires by itself.

    Only its author reads it. After one school day leads see that it is there, who wrote it and since when; a lead may
    ask its author, or open it with a reason, which is recorded.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    # Set when the draft finishes a call for a lead that is already a concern.
    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")
    # Set when the draft is something to add to an account that was sent before.
    adds_to = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    content = SealedJSON(default=dict)
    started_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Counts saves. With `page`, the page on which the last of them was typed, it tells a save that knows of the one before
    # from one typed in another window meanwhile, which must not take its place and becomes a draft of its own.
    revision = models.PositiveIntegerField(default=0)
    page = models.CharField(max_length=60, blank=True)

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
        narrative = ("content",)
        plain = ("started_at", "saved_at", "asked_at", "revision", "page")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.WAITS


class DraftOpening(models.Model):
    """That a lead has read somebody's unsent draft, and why. It ends with the draft: what it says becomes a note then."""

    id = _key()
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="openings")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = SealedText("reason for opening it")
    opened_at = models.DateTimeField(db_default=Now())

    web_may_delete = True

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "draft__author"
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
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    # Set for the page of an action; the page of the concern otherwise.
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    form = models.CharField(max_length=20)
    content = SealedJSON(default=dict)
    kept_at = models.DateTimeField()

    web_may_delete = True

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        narrative = ("content",)
        plain = ("form", "kept_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
